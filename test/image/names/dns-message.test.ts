// SPDX-License-Identifier: Apache-2.0
import {
  canonical,
  parseReply,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_SOA,
} from "../../../image/spacetail/names/dns-message.js";

interface Given {
  readonly name: string;
  readonly type: number;
  readonly data: Buffer;
  readonly ttl?: number;
}

function nameBytes(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function u32(value: number): Buffer {
  return Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
}

function record({ name, type, data, ttl = 60 }: Given): Buffer {
  return Buffer.concat([nameBytes(name), u16(type), u16(1), u32(ttl), u16(data.length), data]);
}

function message(question: string, answers: readonly Given[], rcode = 0, authorities: readonly Given[] = []): Buffer {
  const header = Buffer.concat([
    u16(1),
    u16(0x8180 | rcode),
    u16(1),
    u16(answers.length),
    u16(authorities.length),
    u16(0),
  ]);
  const asked = Buffer.concat([nameBytes(question), u16(1), u16(1)]);
  return Buffer.concat([header, asked, ...answers.map(record), ...authorities.map(record)]);
}

const A = (name: string, address: string, ttl = 60): Given => ({
  name,
  type: TYPE_A,
  data: Buffer.from(address.split(".").map(Number)),
  ttl,
});
const CNAME = (name: string, target: string, ttl = 60): Given => ({
  name,
  type: TYPE_CNAME,
  data: nameBytes(target),
  ttl,
});
const SOA = (minimum: number, ttl: number): Given => ({
  name: "test",
  type: TYPE_SOA,
  data: Buffer.concat([nameBytes("ns.test"), nameBytes("me.test"), u32(1), u32(1), u32(1), u32(1), u32(minimum)]),
  ttl,
});

describe("parseReply", () => {
  test("reads addresses, whatever the case of names", () => {
    const reply = message("Db.Test", [A("dB.tEst", "10.0.0.1"), A("db.test", "10.0.0.2", 30)]);
    expect(parseReply(reply, "DB.test.", TYPE_A)).toEqual({
      kind: "found",
      addresses: ["10.0.0.1", "10.0.0.2"],
      alias: "",
      ttl: 30,
    });
  });

  test("reads addresses of IPv6", () => {
    const data = Buffer.from("fd7a115ca1e000000000000000000001", "hex");
    const reply = message("db.test", [{ name: "db.test", type: TYPE_AAAA, data }]);
    expect(parseReply(reply, "db.test", TYPE_AAAA).addresses).toEqual(["fd7a:115c:a1e0:0:0:0:0:1"]);
  });

  test("follows aliases in any order, and takes the lowest TTL", () => {
    const reply = message("a.test", [A("c.test", "10.0.0.3"), CNAME("b.test", "c.test", 5), CNAME("a.test", "b.test")]);
    expect(parseReply(reply, "a.test", TYPE_A)).toEqual({
      kind: "found",
      addresses: ["10.0.0.3"],
      alias: "c.test",
      ttl: 5,
    });
  });

  test("reports an alias that leads elsewhere", () => {
    const reply = message("a.test", [CNAME("a.test", "b.elsewhere")]);
    expect(parseReply(reply, "a.test", TYPE_A)).toMatchObject({ kind: "found", addresses: [], alias: "b.elsewhere" });
  });

  test("takes no address of another name", () => {
    expect(parseReply(message("a.test", [A("b.test", "10.0.0.1")]), "a.test", TYPE_A).addresses).toEqual([]);
  });

  test("tells names that are missing from names without an address, each for as long as the server says", () => {
    const authorities = [SOA(7, 30)];
    expect(parseReply(message("a.test", [], 3, authorities), "a.test", TYPE_A)).toMatchObject({
      kind: "missing",
      ttl: 7,
    });
    expect(parseReply(message("a.test", [], 0, authorities), "a.test", TYPE_A)).toMatchObject({
      kind: "found",
      ttl: 7,
    });
    expect(parseReply(message("a.test", [], 3), "a.test", TYPE_A)).toMatchObject({ kind: "missing", ttl: 5 });
  });

  test.each([2, 5])("takes rcode %d for no answer", (rcode) => {
    expect(parseReply(message("a.test", [A("a.test", "10.0.0.1")], rcode), "a.test", TYPE_A).kind).toBe("failed");
  });

  test("reads compressed names, and none that go around in circles", () => {
    const compressed = Buffer.concat([
      message("a.test", []).subarray(0, 6),
      u16(1),
      u32(0),
      message("a.test", []).subarray(12),
      Buffer.from([0xc0, 12]),
      u16(TYPE_A),
      u16(1),
      u32(60),
      u16(4),
      Buffer.from([10, 0, 0, 9]),
    ]);
    expect(parseReply(compressed, "a.test", TYPE_A).addresses).toEqual(["10.0.0.9"]);
    const circle = Buffer.from(compressed);
    circle[12] = 0xc0;
    circle[13] = 12;
    expect(parseReply(circle, "a.test", TYPE_A).kind).toBe("failed");
  });

  test("never fails, whatever comes in", () => {
    const reply = message("a.test", [CNAME("a.test", "b.test"), A("b.test", "10.0.0.3")], 0, [SOA(1, 1)]);
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 0x7fff_ffff;
      return seed % below;
    };
    for (let i = 0; i < reply.length; i += 1) parseReply(reply.subarray(0, i), "a.test", TYPE_A);
    for (let i = 0; i < 20_000; i += 1) {
      const broken = Buffer.from(reply.subarray(0, random(reply.length + 1)));
      for (let j = random(8); j > 0 && broken.length > 0; j -= 1) broken[random(broken.length)] = random(256);
      const { addresses, ttl } = parseReply(broken, "a.test", TYPE_A);
      expect(addresses.length).toBeLessThanOrEqual(256);
      expect(ttl).toBeGreaterThanOrEqual(0);
    }
  });
});

test("canonical", () => {
  expect(canonical("Db.Tail.Test.")).toBe("db.tail.test");
  expect(canonical("")).toBe("");
});
