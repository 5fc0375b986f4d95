#!/bin/sh
# Sees that the real parts which tests use are on this machine: PostgreSQL, Mosquitto, curl, Chromium.
#
# As root on a Debian-like system what is missing is installed by apt; elsewhere it is named, and the tests
# that need it are skipped. Nothing is started here: tests start what they need and end it.
# Fails only where HEARTH_TESTS_ALLOW_NO_SKIPS is set and something stays missing.
set -eu

has_postgresql() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_mosquitto() { command -v mosquitto_pub >/dev/null && { command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ]; }; }
has_curl() { command -v curl >/dev/null; }
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }

listed=no
install() {
    if [ $listed = no ]; then
        timeout 180 apt-get update -qq >/dev/null || true
        listed=yes
    fi
    # At run level 1 a package does not start its service.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive timeout 600 \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

missing=""
provide() { # NAME CHECK PACKAGES...
    name=$1 check=$2
    shift 2
    if $check; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "tests: installing $name"
        install "$@" || true
    fi
    $check || missing="$missing $name"
}

provide PostgreSQL has_postgresql postgresql
provide Mosquitto has_mosquitto mosquitto mosquitto-clients
provide curl has_curl curl
provide Chromium has_chromium chromium fonts-liberation

if [ -n "$missing" ]; then
    echo "tests: not on this machine:$missing; what needs it is skipped (on Debian: apt-get install postgresql mosquitto mosquitto-clients curl chromium)"
    if [ -n "${HEARTH_TESTS_ALLOW_NO_SKIPS:-}" ]; then exit 1; fi
fi
