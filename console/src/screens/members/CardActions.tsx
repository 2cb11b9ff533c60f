import { Button, Group, Stack } from "@mantine/core";
import { IconArrowsExchange, IconEye, IconPencil, IconUnlink } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "@/api/session";
import { Dialog } from "@/parts/Dialog";
import { tell } from "@/parts/tell";

import { ChangeNotice } from "./ChangeNotice";
import { CARD_HEADING, type Card, type CardStatus } from "./card";
import { CardNamesForm } from "./CardNamesForm";
import { CardStatusForm } from "./CardStatusForm";
import type { Customer } from "./customer";
import { focusSoon } from "./focus";
import { quickOf } from "./quick";
import { RevealForm } from "./RevealForm";
import { UnlinkForm } from "./UnlinkForm";
import { useCardChange } from "./useCardChange";

const DIALOGS = ["status", "names", "reveal", "unlink"] as const;
type DialogName = (typeof DIALOGS)[number];

const QUICK = "card-quick"; // an id, as are card-status and the others
const ICONS = { status: IconArrowsExchange, names: IconPencil, reveal: IconEye, unlink: IconUnlink };

interface Props {
  card: Card;
  customer: Customer;
  onGone: () => void;
  onRevealed: (number: string) => void;
}

/* What the person may do with the card as it is now. */
export function CardActions({ card, customer, onGone, onRevealed }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const { change, submit } = useCardChange(card);
  const quick = quickOf(card);

  const allowed: Record<DialogName, boolean> = {
    status: card.next_statuses.length > 0,
    names: may("change_cards") && card.status !== "closed",
    reveal: may("reveal_numbers"),
    unlink: card.may_unlink,
  };
  const shown = DIALOGS.filter((name) => allowed[name]);

  const close = (name: DialogName) => {
    setDialog(null);
    focusSoon(`card-${name}`, CARD_HEADING);
  };
  const done = (name: DialogName, message: string) => {
    tell(message);
    close(name);
  };

  const changeQuickly = async (to: CardStatus) => {
    const sent = await submit({ status: to, reason: "requested" }, card.version);
    if (sent) {
      tell(t("members.status.done", { label: sent.output.status_label }));
      focusSoon(QUICK, CARD_HEADING);
    }
  };

  const forms: Record<DialogName, () => ReactNode> = {
    status: () => (
      <CardStatusForm
        card={card}
        onCancel={() => close("status")}
        onDone={(label) => done("status", t("members.status.done", { label }))}
      />
    ),
    names: () => (
      <CardNamesForm card={card} onCancel={() => close("names")} onDone={() => done("names", t("common.saved"))} />
    ),
    reveal: () => (
      <RevealForm
        id={card.id}
        onCancel={() => close("reveal")}
        onDone={(number) => {
          setDialog(null);
          onRevealed(number);
        }}
      />
    ),
    unlink: () => (
      <UnlinkForm
        card={card}
        customer={customer}
        onCancel={() => close("unlink")}
        onDone={() => {
          tell(t("members.unlink.done"));
          onGone();
        }}
      />
    ),
  };

  if (shown.length === 0) {
    return null;
  }
  return (
    <Stack gap="xs">
      <Group gap={6}>
        {quick && (
          <Button
            id={QUICK}
            size="xs"
            px={10}
            variant="default"
            leftSection={<quick.icon size={16} aria-hidden />}
            loading={change.sending}
            onClick={() => changeQuickly(quick.to)}
          >
            {t(`members.quick.${quick.name}`)}
          </Button>
        )}
        {shown.map((name) => {
          const Icon = ICONS[name];
          return (
            <Button
              key={name}
              id={`card-${name}`}
              variant="default"
              size="xs"
              px={10}
              leftSection={<Icon size={16} aria-hidden />}
              onClick={() => setDialog(name)}
            >
              {t(`members.action.${name}`)}
            </Button>
          );
        })}
      </Group>
      <ChangeNotice of={change} conflict={t("members.card.conflict")} />
      {shown.map((name) => (
        <Dialog
          key={name}
          title={t(`members.action.${name}`)}
          opened={dialog === name}
          onClose={() => close(name)}
          returnFocus={false}
        >
          {forms[name]()}
        </Dialog>
      ))}
    </Stack>
  );
}
