// SPDX-License-Identifier: Apache-2.0

// Command readers reads YAML as Spacelift, which is written in Go, may read it. Standard input is a JSON list of
// documents, standard output a JSON list of what they say, in the same order.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

// reading is what a document says, or why it cannot be read.
type reading struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

func main() {
	var documents []string
	if err := json.NewDecoder(os.Stdin).Decode(&documents); err != nil {
		fmt.Fprintln(os.Stderr, "standard input must be a JSON list of texts:", err)
		os.Exit(2)
	}
	readings := make([]reading, len(documents))
	for i, document := range documents {
		readings[i] = read(document)
	}
	if err := json.NewEncoder(os.Stdout).Encode(readings); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(document string) reading {
	var value any
	if err := yaml.Unmarshal([]byte(document), &value); err != nil {
		return reading{Error: err.Error()}
	}
	// Keys that are not text, and numbers such as .nan, have no place in JSON.
	if _, err := json.Marshal(value); err != nil {
		return reading{Error: err.Error()}
	}
	return reading{Value: value}
}
