// SPDX-License-Identifier: Apache-2.0
// Types of arguments that say more to editors and compilers than Pulumi's own, and the same to Pulumi. To infer the
// schema, it takes a union with an output for an input, of what the promise resolves to, and whatever is called `Array`
// for a list.
import type * as pulumi from "@pulumi/pulumi";

/** One of some words, or what only turns out to be one. */
export type WordInput<W extends string> = W | Exclude<pulumi.Input<string>, string>;

/** A list of texts that is only read. */
export type TextsInput = readonly pulumi.Input<string>[] | pulumi.Input<pulumi.Input<string>[]>;

/** A list of some words that is only read. */
export type WordsInput<W extends string> = readonly WordInput<W>[] | Exclude<TextsInput, readonly unknown[]>;

/** A plain list that is only read: `list.Array<string>` where Pulumi refuses `readonly string[]`. */
export interface Array<T> extends ReadonlyArray<T> {}
