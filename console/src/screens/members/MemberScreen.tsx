import { Button } from "@mantine/core";
import { IconCreditCardPay, IconPencil, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "wouter";

import { api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { useMay, useSession } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { NotFound } from "@/parts/NotFound";
import { Page } from "@/parts/Page";

import { customerName, type Customer } from "./customer";
import { CustomerDialog } from "./CustomerDialog";
import { CustomerFacts } from "./CustomerFacts";
import { focusSoon } from "./focus";
import { MemberCards } from "./MemberCards";
import { rememberSearch } from "./searchMemory";
import { useSearchKey } from "./useSearchKey";

const EDIT = "edit-customer";
const CONTENT = "content"; // the frame's

export function Screen() {
  const { t } = useTranslation();
  const { id = "" } = useParams<{ id: string }>();
  const [, navigate] = useLocation();
  const customer = api.useQuery("get", "/v1/customers/{cus_id}", { params: { path: { cus_id: id } } });
  useSearchKey(() => navigate("/members"));

  // What had the focus went away with the screen before; the next Tab should lead into this one.
  useEffect(() => {
    if (document.activeElement === document.body) {
      focusSoon(CONTENT);
    }
  }, [id]);

  if (customer.error && problemOf(customer.error).status === 404) {
    return <NotFound />;
  }
  return (
    <Page
      title={customer.data ? customerName(customer.data) : t("members.member.title")}
      tab={t("members.member.title")}
      actions={customer.data && <Actions customer={customer.data} />}
    >
      <Loaded of={customer}>
        {(found) => (
          <>
            <CustomerFacts customer={found} />
            <MemberCards key={found.id} customer={found} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Actions({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const may = useMay();
  const userId = useSession().user_id ?? "";
  const [, navigate] = useLocation();
  const [editing, setEditing] = useState(false);

  const close = () => {
    setEditing(false);
    focusSoon(EDIT);
  };

  return (
    <>
      {may("issue_cards") && (
        <Button
          component={Link}
          href={`/members/${customer.id}/issue`}
          leftSection={<IconCreditCardPay size={18} aria-hidden />}
        >
          {t("members.member.issue")}
        </Button>
      )}
      {may("change_customers") && (
        <Button
          id={EDIT}
          variant="default"
          leftSection={<IconPencil size={18} aria-hidden />}
          onClick={() => setEditing(true)}
        >
          {t("common.edit")}
        </Button>
      )}
      <Button component={Link} href="/members" variant="default" leftSection={<IconSearch size={18} aria-hidden />}>
        {t("members.member.search")}
      </Button>
      <CustomerDialog
        opened={editing}
        customer={customer}
        onClose={close}
        onSaved={close}
        onFind={(text) => navigate("/members", { state: rememberSearch(userId, text) })}
      />
    </>
  );
}
