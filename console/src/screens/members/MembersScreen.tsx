import { Button, Stack } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { useMay, useSession } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";

import type { Customer } from "./customer";
import { CustomerDialog } from "./CustomerDialog";
import { guessValues } from "./customerValues";
import { NewestCustomers } from "./NewestCustomers";
import { SearchBox } from "./SearchBox";
import { SearchKeySwitch } from "./SearchKeySwitch";
import { keepSearch, recalledSearch } from "./searchMemory";
import { SearchResults } from "./SearchResults";
import { useCustomerSearch } from "./useCustomerSearch";
import { useRowKeys } from "./useRowKeys";
import { useSearchKey } from "./useSearchKey";

const startsTyping = (event: KeyboardEvent) =>
  event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const userId = useSession().user_id ?? "";
  const [, navigate] = useLocation();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => recalledSearch(userId));
  const [opening, setOpening] = useState(false); // Enter was pressed: the result opens as soon as it is there
  const [making, setMaking] = useState(false);
  const { query, searching, settled, flush } = useCustomerSearch(text);
  const { list, onKeyDown, focusFirst } = useRowKeys<HTMLDivElement>(() => box.current?.focus());
  const again = () => box.current?.select(); // focuses it as well
  useEffect(again, []);
  useSearchKey(again);

  const type = (typed: string) => {
    setText(typed);
    setOpening(false);
    box.current?.focus();
  };

  const open = (customer: Customer) => {
    keepSearch(userId, text);
    navigate(`/members/${customer.id}`);
  };

  // One result opens; among several somebody has to choose, or the wrong customer would be on the screen.
  const found = settled ? query.data?.data : undefined;
  useEffect(() => {
    const only = found?.length === 1 ? found[0] : undefined;
    if (!opening || !found) {
      return;
    }
    setOpening(false);
    if (only) {
      open(only);
    } else {
      focusFirst();
    }
  }, [opening, found]);

  const enter = () => {
    if (searching) {
      flush();
      setOpening(true);
    }
  };

  const pressInList = (event: KeyboardEvent) => {
    onKeyDown(event);
    if (event.target instanceof HTMLElement && event.target.dataset["row"] && startsTyping(event)) {
      box.current?.focus(); // and the character goes there
    }
  };

  const closeDialog = () => {
    setMaking(false);
    requestAnimationFrame(again);
  };

  return (
    <Page
      title={t("app.nav.memberCare")}
      actions={
        may("change_customers") && (
          <Button
            variant="default"
            leftSection={<IconUserPlus size={18} aria-hidden />}
            onClick={() => setMaking(true)}
          >
            {t("members.new.action")}
          </Button>
        )
      }
    >
      <Stack gap="xs">
        <SearchBox
          ref={box}
          text={text}
          onType={type}
          onOpen={enter}
          onDown={focusFirst}
          loading={searching && query.isFetching}
        />
        <SearchKeySwitch />
      </Stack>
      <div ref={list} onKeyDown={pressInList}>
        {searching ? (
          <Loaded of={query}>
            {({ data }) => (
              <SearchResults
                customers={data}
                text={text.trim()}
                settled={settled}
                onOpen={() => keepSearch(userId, text)}
                onNew={may("change_customers") ? () => setMaking(true) : null}
              />
            )}
          </Loaded>
        ) : (
          <NewestCustomers />
        )}
      </div>
      <CustomerDialog
        opened={making}
        suggested={searching && settled && found?.length === 0 ? guessValues(text) : {}}
        onClose={closeDialog}
        onSaved={(customer) => navigate(`/members/${customer.id}`)}
        onFind={(value) => {
          setMaking(false);
          type(value);
        }}
      />
    </Page>
  );
}
