// SPDX-License-Identifier: Apache-2.0

/** A shape as `golden/README.md` describes it. */
export type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };

/**
 * Where a value departs from a shape, one line each; none when it fits.
 *
 * @param extraKeys whether objects may hold keys that the shape does not name
 */
export function differences(
  shape: Shape,
  value: unknown,
  extraKeys: "refused" | "allowed",
  path = "$",
): readonly string[] {
  if (typeof shape === "string") {
    const kind = value === null ? "null" : typeof value;
    return shape.split("|").includes(kind) ? [] : [`${path}: ${kind} instead of ${shape}`];
  }
  if (isList(shape)) {
    const [element] = shape;
    if (!Array.isArray(value)) return [`${path}: not a list`];
    if (element === undefined) return value.length === 0 ? [] : [`${path}: not empty`];
    return value.flatMap((item, index) => differences(element, item, extraKeys, `${path}[${index}]`));
  }
  if (shape.nullable !== undefined) return value === null ? [] : differences(shape.nullable, value, extraKeys, path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path}: not an object`];
  const entries = new Map(Object.entries(value));
  const extra = extraKeys === "allowed" ? [] : [...entries.keys()].filter((key) => !(key in shape));
  return [
    ...extra.map((key) => `${path}.${key}: must not be there`),
    ...Object.entries(shape).flatMap(([key, inner]) =>
      entries.has(key)
        ? differences(inner, entries.get(key), extraKeys, `${path}.${key}`)
        : [`${path}.${key}: missing`],
    ),
  ];
}

function isList(shape: Shape): shape is readonly Shape[] {
  return Array.isArray(shape);
}
