// SPDX-License-Identifier: Apache-2.0

// Command provider is a Terraform provider that talks to PostgreSQL over
// lib/pq, as the usual ones do. Terraform starts it as a child and speaks to
// it through a unix socket. It has a resource, which is a role of the server,
// and a data source, which is the server.
package main

import (
	"context"
	"database/sql"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	dataschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/lib/pq"
)

func main() {
	opts := providerserver.ServeOpts{Address: "example.com/test/database"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return databaseProvider{} }, opts); err != nil {
		log.Fatal(err)
	}
}

type databaseProvider struct{}

func (databaseProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "database"
}

func (databaseProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{Attributes: map[string]providerschema.Attribute{
		"url": providerschema.StringAttribute{Required: true},
	}}
}

func (databaseProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var url types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("url"), &url)...)
	db, err := sql.Open("postgres", url.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("The URL is invalid", err.Error())
		return
	}
	resp.ResourceData = db
	resp.DataSourceData = db
}

func (databaseProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &server{} }}
}

func (databaseProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &role{} }}
}

// server is a data source that makes a connection of its own.
type server struct{ db *sql.DB }

func (s *server) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_server"
}

func (s *server) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataschema.Schema{Attributes: map[string]dataschema.Attribute{
		"is_up": dataschema.BoolAttribute{Computed: true},
	}}
}

func (s *server) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	s.db, _ = req.ProviderData.(*sql.DB)
}

func (s *server) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	conn, err := s.db.Conn(ctx)
	if err == nil {
		err = conn.PingContext(ctx)
		conn.Close()
	}
	if err != nil {
		resp.Diagnostics.AddError("The server does not answer", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("is_up"), true)...)
}

type role struct{ db *sql.DB }

func (r *role) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role"
}

func (r *role) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"name": schema.StringAttribute{Required: true, PlanModifiers: replace},
	}}
}

func (r *role) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.db, _ = req.ProviderData.(*sql.DB)
}

func (r *role) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var name string
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("name"), &name)...)
	if _, err := r.db.ExecContext(ctx, "CREATE ROLE "+pq.QuoteIdentifier(name)); err != nil {
		resp.Diagnostics.AddError("The role cannot be created", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
}

func (r *role) Read(ctx context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	if err := r.db.PingContext(ctx); err != nil {
		resp.Diagnostics.AddError("The role cannot be read", err.Error())
	}
}

// Update has nothing to do: another name is another role.
func (r *role) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}

func (r *role) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var name string
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("name"), &name)...)
	if _, err := r.db.ExecContext(ctx, "DROP ROLE "+pq.QuoteIdentifier(name)); err != nil {
		resp.Diagnostics.AddError("The role cannot be dropped", err.Error())
	}
}
