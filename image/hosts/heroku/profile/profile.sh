: "${TS_STATE_DIR=$HOME/.local/share/tailscale}" && export TS_STATE_DIR
export PATH="$HOME/vendor/tailscale/bin:$HOME/vendor/tailscale:$HOME/vendor/proxychains-ng/bin:$PATH"
# The documented default of the variable, which means that there is no limit.
case ${TAILSCALE_TIMEOUT:-} in 0 | 0[smh]) unset TAILSCALE_TIMEOUT ;; esac
