import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { renderHtml, type RunRecord } from "@smidgen/report";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployedRecord, fallbackRecord, mnistRecord, smallestRecord } from "./fixtures/records.ts";
import { harmlessTwin, hostileTexts, withTexts } from "./fixtures/with-texts.ts";

const candidates = [process.env["CHROME_PATH"], "/usr/bin/chromium", "/usr/bin/google-chrome"];
const executablePath = candidates.find((file) => file !== undefined && existsSync(file));
if (executablePath === undefined) {
  console.log("report page: NOT tested in a browser, no Chromium found; CHROME_PATH may name one");
}

const desktop = { width: 1200, height: 900 };
const phone = { width: 320, height: 640 };

describe.skipIf(executablePath === undefined)(
  "the report page in Chromium",
  { timeout: 300_000 },
  () => {
    let browser: Browser;
    let folder: string;
    let pages = 0;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "report-"));
      browser = await chromium.launch({
        executablePath: executablePath as string,
        // Chromium refuses its own sandbox when started by root, as in containers.
        chromiumSandbox: process.getuid?.() !== 0,
        args: [
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run",
          "--disable-gpu",
          "--disable-quic",
        ],
      });
    }, 300_000);

    afterAll(async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    });

    /** Opens the page of a record and collects whatever goes wrong in it, and what it asks the network for. */
    async function open(record: RunRecord, options: BrowserContextOptions = {}) {
      const file = path.join(folder, `page-${(pages += 1)}.html`);
      await writeFile(file, renderHtml(record));
      const context = await browser.newContext({ offline: true, viewport: desktop, ...options });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => problems.push(message.text()));
      page.on("request", (request) => {
        if (request.url() !== pathToFileURL(file).href) problems.push(`request ${request.url()}`);
      });
      await page.goto(pathToFileURL(file).href);
      return { page, problems, close: () => context.close() };
    }

    test("loads nothing, runs nothing, complains of nothing", async () => {
      const { page, problems, close } = await open(mnistRecord);
      expect(await page.title()).toBe("MNIST on four systems");
      expect(await page.locator("svg[role=img]").count()).toBe(5);
      expect(problems).toEqual([]);
      await close();
    });

    test("would not run a script even if one got in", async () => {
      const { page, problems, close } = await open(mnistRecord);
      await page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'document.title = 1'; document.body.append(s)",
      );
      expect(await page.title()).toBe("MNIST on four systems");
      expect(problems.join()).toContain("Content Security Policy");
      await close();
    });

    test("can be read without scripts", async () => {
      const { page, close } = await open(mnistRecord, { javaScriptEnabled: false });
      await page.getByText("412,345").first().waitFor();
      expect(await page.locator("table").count()).toBe(13);
      await close();
    });

    test("no text of the record becomes markup or runs", async () => {
      for (const shift of [0, 5, 10]) {
        const harmless = await open(withTexts(fallbackRecord, rotation(shift, harmlessTwin)));
        const { page, problems, close } = await open(withTexts(fallbackRecord, rotation(shift)));
        expect(await structure(page)).toBe(await structure(harmless.page));
        expect(await page.title()).not.toBe("pwned");
        expect(problems).toEqual([]);
        await harmless.close();
        await close();
      }
    });

    test("the warning about a fallback is the first thing one sees", async () => {
      const { page, close } = await open(fallbackRecord, { viewport: phone });
      const warning = await page.getByText("These figures are not from MNIST").boundingBox();
      const title = await page.locator("h1").boundingBox();
      expect(warning?.y).toBeLessThan(phone.height / 4);
      expect(warning?.y).toBeLessThan(title?.y ?? 0);
      await close();
    });

    test.each<[string, RunRecord]>([
      ["a full record", mnistRecord],
      ["a fallback", fallbackRecord],
      ["the smallest record", smallestRecord],
      ["a record of several cores", deployedRecord],
      ["long names", withTexts(mnistRecord, (text) => `${text} ${"long".repeat(60)}`)],
    ])(
      "on a phone only tables and wide charts scroll sideways, not the page: %s",
      async (_, record) => {
        const { page, close } = await open(record, { viewport: phone });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(phone.width);
        await close();
      },
    );

    test("on paper nothing is cut off at the side", async () => {
      const { page, close } = await open(mnistRecord, { viewport: { width: 690, height: 990 } });
      await page.emulateMedia({ media: "print" });
      expect(
        await page.evaluate(
          "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)",
        ),
      ).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(690);
      await close();
    });

    test("paper is white, also for someone who reads in the dark", async () => {
      const { page, close } = await open(mnistRecord, { colorScheme: "dark" });
      const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
      expect(await background()).toBe("rgb(20, 23, 27)");
      await page.emulateMedia({ media: "print" });
      expect(await background()).toBe("rgb(255, 255, 255)");
      await close();
    });

    test.each<[string, RunRecord, BrowserContextOptions]>([
      ["light", fallbackRecord, { colorScheme: "light" }],
      ["dark", fallbackRecord, { colorScheme: "dark" }],
      ["on a phone", mnistRecord, { viewport: phone }],
    ])(
      "axe finds no barrier, and judges the contrast of the tables: %s",
      async (_, record, options) => {
        // The page's own policy forbids scripts, also that of axe.
        const { page, close } = await open(record, { ...options, bypassCSP: true });
        await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
        // Axe cannot judge text on a gradient, such as the shadows of what scrolls.
        await page.addStyleTag({ content: ".scroll { background: none !important }" });
        const findings = await page.evaluate<{ violations: string[]; judged: number }>(axeFindings);
        expect(findings.violations).toEqual([]);
        expect(findings.judged).toBeGreaterThan(100);
        await close();
      },
    );
  },
);

const axeFindings = `axe.run().then(({ violations, passes }) => ({
  violations: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)),
  judged: passes.find(({ id }) => id === "color-contrast").nodes.length,
}))`;

/** Elements and the names of their attributes, as the browser understood the page. */
function structure(page: Page): Promise<unknown> {
  return page.evaluate(
    "[...document.querySelectorAll('*')].map((e) => `${e.localName} ${e.getAttributeNames()}`).join('\\n')",
  );
}

/** Gives every place in a record the next hostile text, or what is made of it. */
function rotation(shift: number, make = (text: string) => text): () => string {
  let position = shift;
  return () => make(hostileTexts[position++ % hostileTexts.length] ?? "");
}
