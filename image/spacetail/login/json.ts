// SPDX-License-Identifier: Apache-2.0

// Members are found by enumeration: scriptc 0.1.7 cannot index a record of unknown values (SC2011).

/** The members of a JSON object, whatever they are; none for a text that is not a JSON object. */
export type Members = Readonly<Record<string, unknown>>;

export function membersOf(text: string): Members {
  try {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    return text.trimStart().startsWith("{") ? parsed : {};
  } catch {
    return {};
  }
}

/** A member that is a text; empty for any other. */
export function textOf(members: Members, name: string): string {
  for (const [key, value] of Object.entries(members)) {
    if (key === name && typeof value === "string") return value;
  }
  return "";
}

/** A member that is a number; 0 for any other. */
export function numberOf(members: Members, name: string): number {
  for (const [key, value] of Object.entries(members)) {
    if (key === name && typeof value === "number") return value;
  }
  return 0;
}

/** The texts in a member that is a list; none for any other. */
export function textsOf(members: Members, name: string): string[] {
  for (const [key, value] of Object.entries(members)) {
    if (key === name && Array.isArray(value)) return value.filter((one) => typeof one === "string");
  }
  return [];
}
