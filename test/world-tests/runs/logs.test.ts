// SPDX-License-Identifier: Apache-2.0
import { RunLog } from "../../world/runs/index.js";
import { Masks } from "../../world/runs/masking.js";
import { describeRuns, fakeRun, linesOf } from "./fake-run.js";

describe("a log", () => {
  test("is made of lines, however output is cut into pieces", () => {
    const log = new RunLog(new Masks());
    log.write("plan", "on", 1);
    log.write("plan", "e\ntwo\nthr", 2);
    log.write("apply", "other\n", 3);
    log.flush(4);
    expect(log.lines.map(({ at, phase, text }) => [at, phase, text])).toEqual([
      [2, "plan", "one"],
      [2, "plan", "two"],
      [3, "plan", "thr"],
      [3, "apply", "other"],
    ]);
  });

  test("masks a secret that arrives in two pieces", () => {
    const masks = new Masks();
    masks.add("topsecret");
    const log = new RunLog(masks);
    log.write("plan", "it is tops");
    log.write("plan", "ecret.\n");
    expect(log.lines).toMatchObject([{ text: "it is *****.", raw: "it is topsecret." }]);
  });
});

describe("masks", () => {
  test("take the longest secret first", () => {
    const masks = new Masks();
    masks.add("key");
    masks.add("key-long");
    expect(masks.apply("key-long key")).toBe("***** *****");
  });

  test("hide each line of a secret that spans several", () => {
    const masks = new Masks();
    masks.add("-----BEGIN\nMIIB0123\n}\n");
    expect(masks.apply("> MIIB0123 }")).toBe("> ***** }");
  });

  test("do nothing for an empty secret", () => {
    const masks = new Masks();
    masks.add("");
    expect(masks.apply("text")).toBe("text");
  });
});

describeRuns("the log of a run", () => {
  test("holds standard output and standard error in order, with phase and time", async () => {
    const from = Date.now();
    const result = await fakeRun({ commands: { plan: "echo out && echo err >&2 && echo again && printf rest" } });
    const lines = result.logs.filter(({ phase }) => phase === "plan");
    expect(lines.map(({ text }) => text)).toEqual(["out", "err", "again", "rest"]);
    for (const { at } of lines) {
      expect(at).toBeGreaterThanOrEqual(from);
      expect(at).toBeLessThanOrEqual(Date.now());
    }
  });

  test("masks secret variables and files; the raw lines keep them", async () => {
    const result = await fakeRun({
      environment: [
        { name: "PASSWORD", value: "hunter2hunter2", secret: true },
        { name: "USER_NAME", value: "joe" },
        { name: "URL", value: `db://\${USER_NAME}:\${PASSWORD}@db`, secret: true },
      ],
      files: [{ path: "token.txt", content: "file-secret\n", secret: true }],
      commands: { plan: "echo $PASSWORD $USER_NAME $URL $(cat /mnt/workspace/token.txt)" },
    });
    expect(linesOf(result, "plan")).toEqual(["***** joe ***** *****"]);
    expect(result.logs.find(({ phase }) => phase === "plan")?.raw).toBe(
      "hunter2hunter2 joe db://joe:hunter2hunter2@db file-secret",
    );
  });

  test("`::add-mask` hides its words from that line on, in later phases too", async () => {
    const result = await fakeRun({
      commands: { init: "echo early minted && echo ::add-mask minted other && echo a minted b", plan: "echo other" },
    });
    expect(linesOf(result, "init")).toEqual(["early minted", "::add-mask ***** *****", "a ***** b"]);
    expect(linesOf(result, "plan")).toEqual(["*****"]);
  });
});
