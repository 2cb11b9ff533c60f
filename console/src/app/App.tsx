import { Center, Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { problemOf, type Problem } from "@/api/problem";
import { refreshSession, useSessionState } from "@/api/session";
import { ProblemNotice } from "@/parts/ProblemNotice";

import { LockScreen } from "./LockScreen";
import { NewPasswordScreen } from "./NewPasswordScreen";
import { Shell } from "./Shell";
import { SignInScreen } from "./SignInScreen";

/* Which of the console's states is shown: nobody known yet, signed out, at work, locked over the work. */
export function App() {
  const { t } = useTranslation();
  const state = useSessionState();
  const [problem, setProblem] = useState<Problem | null>(null);

  const ask = () => {
    setProblem(null);
    refreshSession().catch((error: unknown) => setProblem(problemOf(error)));
  };
  useEffect(ask, []);

  // What one person read is not there for the next; what was read before a lock may have changed since.
  const queries = useQueryClient();
  useEffect(() => {
    if (state.kind === "out") {
      queries.clear();
    } else if (state.kind === "in") {
      void queries.invalidateQueries();
    }
  }, [queries, state.kind]);

  if (state.kind === "unknown") {
    return (
      <Center mih="60vh" p="md">
        {problem ? <ProblemNotice problem={problem} onRetry={ask} /> : <Loader aria-label={t("common.loading")} />}
      </Center>
    );
  }
  if (state.kind === "out") {
    return <SignInScreen />;
  }
  if (state.session.must_change_password && state.kind === "in") {
    return <NewPasswordScreen />;
  }
  const locked = state.kind === "locked";
  return (
    <>
      <div inert={locked} hidden={locked}>
        <Shell />
      </div>
      {locked && <LockScreen session={state.session} />}
    </>
  );
}
