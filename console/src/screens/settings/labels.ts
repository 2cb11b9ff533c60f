import { client, type Schemas } from "@/api/client";
import { useSubmit } from "@/api/submit";

export type Label = Schemas["StatusLabel"];
export type LabelStatus = Label["status"];

const LABELS = "/v1/status-labels";

export const useAddLabel = () =>
  useSubmit((body: Schemas["StatusLabelInput"], headers) => client.POST(LABELS, { body, headers }), [LABELS]);

export const useChangeLabel = (label: Label) =>
  useSubmit(
    (body: Schemas["StatusLabelPatch"], headers) =>
      client.PATCH(`${LABELS}/{label_id}`, { params: { path: { label_id: label.id } }, body, headers }),
    [LABELS],
  );
