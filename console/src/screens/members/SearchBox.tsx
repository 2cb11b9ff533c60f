import { CloseButton, Loader, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import type { KeyboardEvent, Ref } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  ref: Ref<HTMLInputElement>;
  text: string;
  onType: (text: string) => void;
  onOpen: () => void; // Enter
  onDown: () => void; // into the results
  loading: boolean;
}

const LENGTH_MAX = 200;
const SHOWN_AFTER_MS = 300;

export function SearchBox({ ref, text, onType, onOpen, onDown, loading }: Props) {
  const { t } = useTranslation();
  const [slow] = useDebouncedValue(loading, SHOWN_AFTER_MS);

  const press = (event: KeyboardEvent) => {
    const actions: Record<string, () => void> = { ArrowDown: onDown, Enter: onOpen, Escape: () => onType("") };
    const action = actions[event.key];
    if (action && !event.nativeEvent.isComposing) {
      event.preventDefault();
      action();
    }
  };

  return (
    <TextInput
      ref={ref}
      size="lg"
      label={t("members.search.label")}
      description={t("members.search.help")}
      value={text}
      onChange={(event) => onType(event.currentTarget.value)}
      onKeyDown={press}
      maxLength={LENGTH_MAX}
      autoFocus
      autoComplete="off"
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      enterKeyHint="search"
      leftSection={loading && slow ? <Loader size="xs" aria-hidden /> : <IconSearch size={20} aria-hidden />}
      rightSection={text && <CloseButton aria-label={t("members.search.clear")} onClick={() => onType("")} />}
    />
  );
}
