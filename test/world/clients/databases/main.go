// SPDX-License-Identifier: Apache-2.0

// Command databases asks services on the tailnet whether they are there, with
// the drivers that Terraform providers are built on. None of them reads the
// variables for proxies.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	"github.com/go-ldap/ldap/v3"
	_ "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	_ "github.com/lib/pq"
	"github.com/redis/go-redis/v9"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	failed := false
	for _, driver := range []struct {
		name string
		ping func(context.Context) error
	}{
		{"lib/pq", pq},
		{"pgx", pgxPing},
		{"mysql", mysql},
		{"go-redis", redisPing},
		{"ldap", ldapBind},
	} {
		err := driver.ping(ctx)
		failed = failed || err != nil
		fmt.Printf("%s: %v\n", driver.name, err)
	}
	if failed {
		os.Exit(1)
	}
}

const postgres = "postgres://app:secret@db.tail.test:15432/app?sslmode=disable"

func pq(ctx context.Context) error {
	return ping(ctx, "postgres", postgres)
}

func pgxPing(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, postgres)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

func mysql(ctx context.Context) error {
	return ping(ctx, "mysql", "app:secret@tcp(db:3306)/?timeout=30s")
}

func ping(ctx context.Context, driver, source string) error {
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.PingContext(ctx)
}

func redisPing(ctx context.Context) error {
	client := redis.NewClient(&redis.Options{Addr: "db:6379"})
	defer client.Close()
	return client.Ping(ctx).Err()
}

func ldapBind(context.Context) error {
	conn, err := ldap.DialURL("ldap://db")
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Bind("cn=app", "secret")
}
