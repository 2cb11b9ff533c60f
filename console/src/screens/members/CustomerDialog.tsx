import { useTranslation } from "react-i18next";

import { Dialog } from "@/parts/Dialog";

import type { Customer } from "./customer";
import { CustomerForm } from "./CustomerForm";
import { NO_VALUES, type CustomerValues } from "./customerValues";

interface Props {
  opened: boolean;
  customer?: Customer; // to be changed; without one, a new one is made
  suggested?: Partial<CustomerValues>;
  onClose: () => void;
  onSaved: (customer: Customer) => void;
  onFind: (text: string) => void; // the one who has a contact already
}

export function CustomerDialog({ opened, customer, suggested, onClose, onSaved, onFind }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t(customer ? "members.edit.title" : "members.new.title")}
      opened={opened}
      onClose={onClose}
      size="lg"
      returnFocus={false}
    >
      <CustomerForm
        customer={customer}
        suggested={{ ...NO_VALUES, ...suggested }}
        onCancel={onClose}
        onSaved={onSaved}
        onFind={onFind}
      />
    </Dialog>
  );
}
