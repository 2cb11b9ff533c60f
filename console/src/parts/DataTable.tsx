import { Paper, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
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
}

/* A table that becomes a stack of labelled lines on a narrow screen. */
export function DataTable<Row>({ caption, columns, rows, rowKey, filtered = false }: Props<Row>) {
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
            <Table.Tr key={rowKey(row)}>
              {columns.map((column) => (
                <Table.Td key={column.title} data-title={column.title} className={column.right ? classes.right : undefined}>
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
