// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import {
  emptyReply,
  fitting,
  NO_ERROR,
  parseQuestion,
  replyFor,
  SERVER_FAILURE,
  typeName,
} from "../../../image/spacetail/capture/question.js";

/** A question for `name` of the type A, recursion desired. */
function message(name: string, more: readonly number[] = [], counts = [0, 1, 0, 0, 0, 0, 0, 0]): Buffer {
  const labels =
    name === "" ? [] : name.split(".").map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  const head = Buffer.from([0x12, 0x34, 0x01, 0x00, ...counts]);
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1, ...more])]);
}

const ONE_MORE = [0, 1, 0, 0, 0, 0, 0, 1];
const edns = (room: number): number[] => [0, 0, 41, room >> 8, room & 0xff, 0, 0, 0, 0, 0, 0];

describe("parseQuestion", () => {
  test("reads name, type and the room for a reply", () => {
    expect(parseQuestion(message("DB.tail.test"))).toEqual({ name: "DB.tail.test", type: 1, end: 30, room: 512 });
    expect(parseQuestion(message("db", edns(1232), ONE_MORE))).toMatchObject({ name: "db", room: 1232 });
    expect(parseQuestion(message("db", edns(100), ONE_MORE))).toMatchObject({ room: 512 });
    expect(parseQuestion(message(""))).toMatchObject({ name: "", end: 17 });
  });

  test("refuses replies, several questions, compressed names and whatever is cut", () => {
    const reply = message("db");
    reply[2] = 0x81;
    const compressed = message("db");
    compressed[12] = 0xc0;
    expect(parseQuestion(reply)).toBeNull();
    expect(parseQuestion(compressed)).toBeNull();
    expect(parseQuestion(message("db", [], [0, 2, 0, 0, 0, 0, 0, 0]))).toBeNull();
    for (let length = 0; length < 20; length += 1) expect(parseQuestion(message("db").subarray(0, length))).toBeNull();
  });

  test("survives anything", () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, (given) => {
        // The header of a question, so that the rest is read.
        const text = Buffer.concat([message("").subarray(0, 12), given]);
        const question = parseQuestion(text);
        if (question !== null) expect(question.end).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe("replies", () => {
  const asked = message("db.tail.test", edns(600), ONE_MORE);
  const question = parseQuestion(asked);
  if (question === null) throw new Error("no question");

  test("without records have the question and the code, and nothing of what came with it", () => {
    const reply = emptyReply(asked, question, SERVER_FAILURE);
    expect(reply.toString("hex")).toBe(
      `12348182${"0001000000000000"}${asked.subarray(12, question.end).toString("hex")}`,
    );
  });

  test("by tailscaled get the number of the question", () => {
    const answer = Buffer.concat([Buffer.from([0, 0]), asked.subarray(2)]);
    expect(replyFor(asked, answer)).toEqual(asked);
    expect(replyFor(asked, Buffer.from([1]))).toEqual(Buffer.from([1]));
  });

  test("that are too long for UDP say that there is more", () => {
    const long = Buffer.alloc(601);
    expect(fitting(asked, question, Buffer.alloc(600))).toHaveLength(600);
    const short = fitting(asked, question, long);
    const whole = emptyReply(asked, question, NO_ERROR);
    expect(short).toHaveLength(question.end);
    expect((short[2] ?? 0) & 0x02).toBe(2);
    expect((whole[2] ?? 0) & 0x02).toBe(0);
  });
});

test("types that LocalAPI knows have names", () => {
  expect([1, 28, 33, 12, 65].map(typeName)).toEqual(["A", "AAAA", "SRV", "PTR", ""]);
});
