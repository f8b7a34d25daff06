# For workspaces whose container starts a command of its own: the tunnel is there when somebody logs in.
if [ "$(id -un)" = coder ] && [ -x /usr/local/bin/coder-tailnet ]; then
  /usr/local/bin/coder-tailnet ensure >/dev/null 2>&1
fi
