import { Button, Group, Stack, TextInput } from "@mantine/core";
import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Pager } from "@/parts/Pager";
import { useUrlState } from "@/parts/useUrlState";

import { AddUser } from "./AddUser";
import { UserTable } from "./UserTable";

/* The people who may sign in. */
export function Users() {
  const { t } = useTranslation();
  const may = useMay();
  const { values, set } = useUrlState(["after"]);
  const [name, setName] = useState(""); // a name is personal and stays out of the address of the page
  const [adding, setAdding] = useState(false);
  const users = api.useQuery("get", "/v1/users", {
    params: { query: { ...(values.after ? { after: values.after } : {}), ...(name ? { name } : {}) } },
  });
  const find = (wanted: string) => {
    setName(wanted);
    set({ after: "" });
  };

  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <UserFilter name={name} onFind={find} />
        {may("manage_people") && (
          <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
            {t("people.users.add")}
          </Button>
        )}
      </Group>
      <Loaded of={users}>
        {(page) => (
          <>
            <UserTable users={page.data} filtered={name !== ""} />
            <Pager after={values.after} next={page.next} onGo={(after) => set({ after })} />
          </>
        )}
      </Loaded>
      {adding && <AddUser onClose={() => setAdding(false)} />}
    </Stack>
  );
}

function UserFilter({ name, onFind }: { name: string; onFind: (name: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFind(typed.trim());
  };
  return (
    <form onSubmit={submit} role="search">
      <Group gap="xs" align="flex-end">
        <TextInput
          label={t("people.users.find")}
          description={t("people.users.findHelp")}
          type="search"
          autoComplete="off"
          w={300}
          maw="100%"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" leftSection={<IconSearch size={16} aria-hidden />}>
          {t("people.users.findSubmit")}
        </Button>
        {name !== "" && (
          <Button
            variant="subtle"
            onClick={() => {
              setTyped("");
              onFind("");
            }}
          >
            {t("common.filters.clear")}
          </Button>
        )}
      </Group>
    </form>
  );
}
