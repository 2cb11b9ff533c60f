import { Button, Code, Stack, Table, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useMay } from "@/api/session";
import { saveFile } from "@/parts/saveFile";

import { columnsFor, type ImportColumn, type Kind } from "./kinds";

const headerOf = (columns: ImportColumn[]) => columns.map((column) => column.name).join(",");
const exampleOf = (columns: ImportColumn[]) => columns.map((column) => column.example).join(",");

/* Which columns a file may have, an example, and a file to begin with. */
export function ColumnHelp({ kind }: { kind: Kind }) {
  const { t } = useTranslation();
  const may = useMay();
  const columns = columnsFor(kind, may);
  const template = () =>
    saveFile(
      t("imports.start.templateName", { kind: t(`imports.kind.${kind}`) }),
      new Blob([`${headerOf(columns)}\r\n${exampleOf(columns)}\r\n`], { type: "text/csv" }),
    );
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={3} size="h5">
        {t("imports.start.columns")}
      </Title>
      <Text size="sm">{t("imports.start.columnsHelp")}</Text>
      <Table verticalSpacing={2} horizontalSpacing="xs" aria-label={t("imports.start.columns")}>
        <Table.Tbody>
          {columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Th scope="row" fw={400} w="12rem">
                <Code>{column.name}</Code>
              </Table.Th>
              <Table.Td fz="sm">
                {t(`imports.column.${column.text}`)}
                {column.required && ` (${t("imports.start.columnRequired")})`}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" fw={600}>
        {t("imports.start.example")}
      </Text>
      <Code block w="100%" style={{ whiteSpace: "pre-wrap" }}>
        {`${headerOf(columns)}\n${exampleOf(columns)}`}
      </Code>
      <Button variant="default" size="xs" leftSection={<IconDownload size={16} aria-hidden />} onClick={template}>
        {t("imports.start.template")}
      </Button>
    </Stack>
  );
}
