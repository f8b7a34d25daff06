# The settings of this host, made from contract/hosts/coder.ts.
: "${TS_STATE_DIR=/home/coder/.config/tailscale}" && export TS_STATE_DIR
: "${TS_AUTH_ONCE=true}" && export TS_AUTH_ONCE
: "${TS_EPHEMERAL=false}" && export TS_EPHEMERAL
: "${TS_SOCKET=/var/run/tailscale/tailscaled.sock}" && export TS_SOCKET
: "${TS_SOCKS5_SERVER=localhost:1080}" && export TS_SOCKS5_SERVER
: "${TS_OUTBOUND_HTTP_PROXY_LISTEN=localhost:3128}" && export TS_OUTBOUND_HTTP_PROXY_LISTEN
: "${TS_DIALECT=--shields-up=false}" && export TS_DIALECT
