// Prints, for each question of a JSON list, the CSV that the page offers: what tests compare with the command's.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { loadScripts } from "./scripts.mjs";

loadScripts("figures");
/** @type {{files: string[], questions: [source: number, day: string, basis: string, contested: string, advance: string][]}} */
const { files, questions } = JSON.parse(readFileSync(0, "utf-8"));
const sources = files.map((file) => new Figures(JSON.parse(gunzipSync(readFileSync(file)).toString())));
const answers = questions.map(([source, day, basis, contested, advance]) => (
  sources[source].csv(Figures.number(day), { basis, contested, advance }, sources)
));
process.stdout.write(JSON.stringify(answers));
