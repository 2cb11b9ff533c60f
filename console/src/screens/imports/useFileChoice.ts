import { useRef, useState } from "react";

import { useMay } from "@/api/session";

import { judgeFile, type Judged } from "./judgeFile";
import type { Kind } from "./kinds";

/* The file that was chosen and what became of looking through it. */
export function useFileChoice(kind: Kind) {
  const may = useMay();
  const [file, setFile] = useState<File | null>(null);
  const [judged, setJudged] = useState<Judged | null>(null);
  const latest = useRef<File | null>(null);

  const choose = async (chosen: File) => {
    latest.current = chosen;
    setFile(chosen);
    setJudged(null);
    const found = await judgeFile(kind, chosen, may);
    if (latest.current === chosen) {
      setJudged(found);
    }
  };
  return { file, judged, checking: file !== null && judged === null, choose };
}
