// SPDX-License-Identifier: Apache-2.0

package credential

import (
	"crypto/rand"
	"math/big"
	"strings"
)

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// newID returns an identifier shaped like the real service's, `k…CNTRL`.
func newID() string {
	return "k" + random(10) + "CNTRL"
}

// newSecret returns `tskey-<kind>-<id>-<random>`.
func newSecret(kind, id string) string {
	return "tskey-" + kind + "-" + id + "-" + random(32)
}

// splitSecret reads `tskey-<kind>-<id>-<random>`.
func splitSecret(secret string) (kind, id string, ok bool) {
	parts := strings.Split(secret, "-")
	if len(parts) != 4 || parts[0] != "tskey" {
		return "", "", false
	}
	return parts[1], parts[2], true
}

func random(length int) string {
	var text strings.Builder
	for range length {
		// crypto/rand.Int does not fail on Linux since Go 1.24.
		index, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err)
		}
		text.WriteByte(alphabet[index.Int64()])
	}
	return text.String()
}
