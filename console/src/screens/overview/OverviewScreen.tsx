import { useTranslation } from "react-i18next";

import { useEverySeriesReport } from "@/api/everyPage";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";

import { CardsPlot } from "./CardsPlot";
import { ClosingBatches } from "./ClosingBatches";
import { DaysPlot } from "./DaysPlot";
import { Figures } from "./Figures";
import { FirstSteps } from "./FirstSteps";

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const reports = useEverySeriesReport();
  return (
    <Page title={t("overview.title")} lead={t("overview.lead")}>
      <Loaded of={reports}>
        {(series) =>
          series.length === 0 ? (
            <FirstSteps />
          ) : (
            <>
              <Figures reports={series} />
              {may("read_batches") && <ClosingBatches />}
              <CardsPlot reports={series} />
              <DaysPlot reports={series} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
