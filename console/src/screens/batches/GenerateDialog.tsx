import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useEverySeries } from "@/api/everyPage";
import { Dialog } from "@/parts/Dialog";
import { Loaded } from "@/parts/Loaded";

import type { Batch } from "./batch";
import { GenerateForm } from "./GenerateForm";
import { Generated } from "./Generated";

interface Props {
  opened: boolean;
  seriesId: string; // the one to begin with, if it is one
  onClose: () => void;
}

/* Draws the numbers of a batch, then offers them for download. */
export function GenerateDialog({ opened, seriesId, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={t("batches.new.title")} size="lg" returnFocus={false}>
      <Content seriesId={seriesId} onClose={onClose} />
    </Dialog>
  );
}

function Content({ seriesId, onClose }: Omit<Props, "opened">) {
  const series = useEverySeries();
  const [batch, setBatch] = useState<Batch | null>(null);
  return (
    <Loaded of={series}>
      {(all) => {
        const usable = all.filter((one) => one.active && one.numbering.generation);
        return batch ? (
          <Generated batch={batch} series={all.find((one) => one.id === batch.series_id)} onClose={onClose} />
        ) : (
          <GenerateForm series={usable} wanted={seriesId} onDone={setBatch} onCancel={onClose} />
        );
      }}
    </Loaded>
  );
}
