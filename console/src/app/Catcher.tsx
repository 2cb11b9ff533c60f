import { Alert, Button, Stack, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  at: string; // the place; another place is tried afresh
  children: ReactNode;
}

/*
 * Keeps one broken screen from taking the whole console away. The usual cause is a program that was updated while the
 * page was open: the files that the old page asks for are gone, and loading it again brings the new one.
 */
export class Catcher extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.broken && before.at !== this.props.at) {
      this.setState({ broken: false });
    }
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useTranslation();
  return (
    <Alert color="red" variant="light" title={t("app.broken.title")}>
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{t("app.broken.help")}</Text>
        <Button variant="default" size="xs" onClick={() => window.location.reload()}>
          {t("app.broken.reload")}
        </Button>
      </Stack>
    </Alert>
  );
}
