/** Saves what dashboards show as files: tables, pictures, the dashboards themselves. */

import type { EChartsType } from "echarts/core";
import { saveFile } from "@/ui/saveFile";

const slug = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "") || "widget";

export function saveCsv(title: string, text: string): void {
  saveFile(`${slug(title)}.csv`, new Blob([text], { type: "text/csv" }));
}

export function saveJson(title: string, value: unknown): void {
  saveFile(`${slug(title)}.json`, new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" }));
}

/** The chart as it is drawn, at twice its size, on the colour of the page. */
export function savePicture(title: string, chart: EChartsType): void {
  const drawn = chart.renderToCanvas({ pixelRatio: 2 });
  const picture = document.createElement("canvas");
  picture.width = drawn.width;
  picture.height = drawn.height;
  const context = picture.getContext("2d");
  if (!context) return;
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(drawn, 0, 0);
  picture.toBlob((blob) => {
    if (blob) saveFile(`${slug(title)}.png`, blob);
  });
}
