import { Grid } from "@mantine/core";

import type { Problem } from "@/api/problem";
import { problemText } from "@/api/problemText";

import { NumberingFields } from "./NumberingFields";
import { NumberingPreviewPanel } from "./NumberingPreviewPanel";
import { useNumberingPreview } from "./useNumberingPreview";
import type { SeriesForm } from "./useSeriesForm";

interface Props {
  form: SeriesForm;
  faultsOf: (problem: Problem | null) => Record<string, string>;
  seriesId?: string; // of a series that is there
}

/* The numbering and, beside it, what it leads to while it is typed. */
export function NumberingSection({ form, faultsOf, seriesId }: Props) {
  const preview = useNumberingPreview(form.values, seriesId);
  const faults = faultsOf(preview.problem);
  const messages = [...new Set(Object.values(faults))];
  // Nobody has done anything wrong before the first change: the panel then tells it alone.
  const begun = form.isDirty("numbering") || form.isDirty("kind");
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <NumberingFields form={form} live={begun ? faults : {}} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <NumberingPreviewPanel
          values={form.values}
          preview={preview}
          marked={begun && messages.length > 0}
          faults={preview.problem && messages.length === 0 ? [problemText(preview.problem)] : messages}
        />
      </Grid.Col>
    </Grid>
  );
}
