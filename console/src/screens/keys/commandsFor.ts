/* What key custodians can do with a key as it is now, and the commands for that. The program judges it again. */
import { isOpen, type Job } from "@/parts/job";

import { isHouse, type Key } from "./key";

export type Task = "rotate" | "retire" | "destroy" | "import";

export interface Command {
  task: Task;
  line: string;
}

const NEVER_DESTROYED: Key["use"] = "sign"; // what it signed is verified with it for ever

function tasksOf(key: Key, job: Job | undefined): Task[] {
  if (key.use === "numbering") {
    return []; // it lives as long as the numbers that it made
  }
  if (key.state === "active" && key.retired_at === null) {
    const next: Task[] = key.imported ? ["import"] : isOpen(job) ? [] : ["rotate"];
    return isHouse(key) ? next : [...next, "retire"];
  }
  return key.state === "retired" && key.use !== NEVER_DESTROYED ? ["destroy"] : [];
}

const WORDS: Record<Task, (key: Key) => string> = {
  rotate: ({ name }) => `rotate ${name}`,
  retire: ({ name, version }) => `retire ${name} --version ${version}`,
  destroy: ({ name, version }) => `destroy ${name} --version ${version}`,
  import: ({ name }) => `import ${name} --under TRANSPORT --block FILE`,
};

export const commandsFor = (key: Key, job: Job | undefined): Command[] =>
  tasksOf(key, job).map((task) => ({ task, line: `cardwright keys ${WORDS[task](key)} --data DIR` }));
