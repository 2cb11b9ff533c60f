import { useState } from "react";
import { useTranslation } from "react-i18next";

import { LabelField } from "./LabelField";
import { useAddLabel, type LabelStatus } from "./labels";

interface Props {
  status: LabelStatus;
  onNews: (news: string) => void;
  onClose: () => void;
}

/* Stays open after each label, since one often adds several. */
export function AddLabel({ status, onNews, onClose }: Props) {
  const { t } = useTranslation();
  const [added, setAdded] = useState(0);
  const adding = useAddLabel();
  const add = async (label: string) => {
    if (await adding.submit({ label, status })) {
      onNews(t("settings.labels.added", { label }));
      setAdded(added + 1);
    }
  };
  return (
    <LabelField
      key={added}
      title={t("settings.labels.newName", { status: t(`common.cardStatus.${status}`) })}
      initial=""
      submitText={t("settings.labels.add")}
      of={adding}
      onSubmit={add}
      onCancel={onClose}
    />
  );
}
