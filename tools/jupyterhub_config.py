"""A JupyterHub for one class on one machine. The guide for instructors explains it; a test runs this very
file.

    CASEBOOK_PASSWORD=... jupyterhub -f tools/jupyterhub_config.py

Everyone signs in with a name of their own and the password of the class. Servers run as the user who starts
the hub: good for a classroom whose people trust each other, not for the open internet.
"""

import os
import pathlib
import sys

SHORTEST = 8  # characters of a password, which the hub demands
home = pathlib.Path(os.environ.get("CASEBOOK_HOMES", "homes")).resolve()
c = get_config()  # type: ignore[name-defined]  # noqa: F821  (JupyterHub gives it)

c.JupyterHub.bind_url = os.environ.get("CASEBOOK_HUB", "http://127.0.0.1:8000")
c.JupyterHub.authenticator_class = "shared-password"
password = os.environ.get("CASEBOOK_PASSWORD", "")
if len(password) < SHORTEST:
    sys.exit(f"CASEBOOK_PASSWORD: the class needs a password of at least {SHORTEST} characters")
c.SharedPasswordAuthenticator.user_password = password
c.Authenticator.allow_all = True

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(home / "{username}")
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
if hasattr(os, "geteuid") and os.geteuid() == 0:
    c.Spawner.args = ["--allow-root"]  # in a container

c.JupyterHub.db_url = f"sqlite:///{home / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(home / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(home / "proxy.pid")
if proxy := os.environ.get(
    "CASEBOOK_PROXY"
):  # where configurable-http-proxy is not on the path: its command, parted by |
    c.ConfigurableHTTPProxy.command = proxy.split("|")
if ports := os.environ.get(
    "CASEBOOK_PORTS"
):  # of the hub and of the proxy's door, where the usual ones are taken
    c.JupyterHub.hub_port, door = map(int, ports.split(","))
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{door}"
home.mkdir(parents=True, exist_ok=True)
