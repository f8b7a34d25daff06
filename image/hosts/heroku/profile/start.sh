. "$HOME/vendor/tailscale/heroku-tailscale-start.sh"
