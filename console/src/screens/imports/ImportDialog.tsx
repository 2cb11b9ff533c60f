import { Alert, Button, Divider, Group, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { isStopped } from "@/api/upload";
import { Dialog } from "@/parts/Dialog";
import { formatList, formatNumber, formatPercent } from "@/parts/format";
import { SubmitNotice } from "@/parts/SubmitNotice";

import { ColumnHelp } from "./ColumnHelp";
import { FileDrop } from "./FileDrop";
import type { FileFault } from "./judgeFile";
import { IMPORT_KINDS, ROW_COUNT_MAX, type Kind } from "./kinds";
import { largestFile } from "./sizeText";
import { useFileChoice } from "./useFileChoice";
import { useImport } from "./useImport";

/* From a file to a job: what the file must look like, what is wrong with it, and sending it. */
export function ImportDialog({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const { file, judged, checking, choose } = useFileChoice(kind);
  const { submit, send, sent, stop } = useImport(kind);
  const rows = judged && "rows" in judged ? judged.rows : 0;

  const begin = async () => {
    const job = file && (await send(file));
    if (job) {
      onClose();
      navigate(`/imports/${job.output.id}`);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={t(`imports.start.${kind}`)} size="lg" held={submit.sending}>
      <Stack>
        <Text size="sm">{t(`imports.start.${IMPORT_KINDS[kind].help}`)}</Text>
        <FileDrop file={file} disabled={submit.sending} onChoose={(chosen) => void choose(chosen)} />
        <div role="status">
          {checking && <Text size="sm">{t("imports.start.checking")}</Text>}
          {file && judged && "rows" in judged && (
            <Text size="sm" fw={550}>
              {t("imports.start.good", {
                name: file.name,
                count: judged.rows,
                number: formatNumber(judged.rows),
                columns: formatList(judged.columns),
              })}
            </Text>
          )}
        </div>
        {judged && "fault" in judged && <FaultNotice fault={judged.fault} />}
        {isStopped(submit.problem) ? (
          <Alert color="gray" role="status">
            {t("imports.start.stopped")}
          </Alert>
        ) : (
          <SubmitNotice of={submit} />
        )}
        {submit.sending && <Sending share={sent} />}
        <Group justify="flex-end" gap="xs">
          {submit.sending ? (
            <Button variant="default" onClick={stop} disabled={sent >= 1}>
              {t("imports.start.stop")}
            </Button>
          ) : (
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
          )}
          <Button onClick={begin} loading={submit.sending} disabled={rows === 0}>
            {t("imports.start.send", { count: rows, number: formatNumber(rows) })}
          </Button>
        </Group>
        <Divider />
        <ColumnHelp kind={kind} />
      </Stack>
    </Dialog>
  );
}

function Sending({ share }: { share: number }) {
  const { t } = useTranslation();
  const part = formatPercent(Math.floor(share * 100) / 100);
  return (
    <div>
      <Text size="sm">{share < 1 ? t("imports.start.sending", { share: part }) : t("imports.start.sent")}</Text>
      <Progress value={share * 100} size="lg" animated={share >= 1} aria-label={t("imports.start.file")} />
    </div>
  );
}

function FaultNotice({ fault }: { fault: FileFault }) {
  const { t } = useTranslation();
  const text = () => {
    switch (fault.code) {
      case "too_big":
        return t("imports.fault.too_big", { size: largestFile() });
      case "too_many_rows":
        return t("imports.fault.too_many_rows", { count: fault.count, max: formatNumber(ROW_COUNT_MAX) });
      case "unknown_column":
        return t("imports.fault.unknown_column", {
          count: fault.places.length,
          places: formatList(fault.places.map(String)),
        });
      case "column_twice":
      case "column_missing":
      case "column_forbidden":
        return t(`imports.fault.${fault.code}`, { column: fault.column });
      default:
        return t(`imports.fault.${fault.code}`);
    }
  };
  return (
    <Alert color="red" role="alert" title={t("problems.heading")}>
      {text()}
    </Alert>
  );
}
