# For .profile: a program that it calls could not set ALL_PROXY.
heroku-tailscale-start.sh() { . "$HOME/vendor/tailscale/heroku-tailscale-start.sh"; }
vendor/tailscale/heroku-tailscale-start.sh() { . "$HOME/vendor/tailscale/heroku-tailscale-start.sh"; }
