/* The English catalogue: one file an area of the console. A translation is a folder like this one. */
import account from "./account.json";
import app from "./app.json";
import audit from "./audit.json";
import batches from "./batches.json";
import common from "./common.json";
import imports from "./imports.json";
import issue from "./issue.json";
import keys from "./keys.json";
import members from "./members.json";
import overview from "./overview.json";
import people from "./people.json";
import problems from "./problems.json";
import series from "./series.json";
import settings from "./settings.json";

export const en = { account, app, audit, batches, common, imports, issue, keys, members, overview, people, problems, series, settings };
