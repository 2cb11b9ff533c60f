import { Paper, Table, Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import classes from "./DataTable.module.css";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  right?: boolean; // numbers
}

interface Props<Row> {
  caption: string; // what the table lists, for those who do not see it
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  filtered?: boolean; // an empty table then says that nothing fits
  expanded?: (row: Row) => ReactNode; // what is shown under a row, if anything
}

/* A table that becomes a stack of labelled lines on a narrow screen. */
export function DataTable<Row>({ caption, columns, rows, rowKey, filtered = false, expanded }: Props<Row>) {
  const { t } = useTranslation();
  if (rows.length === 0) {
    return (
      <Paper withBorder p="lg">
        <Text c="dimmed">{t(filtered ? "common.table.nothingFound" : "common.table.empty")}</Text>
      </Paper>
    );
  }
  return (
    <Paper withBorder className={classes.frame}>
      <Table className={classes.table} verticalSpacing="xs" highlightOnHover>
        <caption className={classes.caption}>{caption}</caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.title} className={column.right ? classes.right : undefined} scope="col">
                {column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Fragment key={rowKey(row)}>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Td
                    key={column.title}
                    data-title={column.title}
                    className={column.right ? classes.right : undefined}
                  >
                    {column.cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
              <Under columns={columns.length}>{expanded?.(row)}</Under>
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function Under({ columns, children }: { columns: number; children: ReactNode }) {
  return (
    children && (
      <Table.Tr>
        <Table.Td colSpan={columns} className={classes.under}>
          {children}
        </Table.Td>
      </Table.Tr>
    )
  );
}
