# Sourced by the scripts at the root: finds a JDK that can build and run Trapless.

readonly MIN_JAVA=25

# is_new_jdk DIR: the folder is a JDK that is new enough; its release file says so, without starting it.
is_new_jdk() {
    local line version
    [[ -x $1/bin/javac && -r $1/release ]] || return 1
    while IFS= read -r line; do
        if [[ $line == JAVA_VERSION=* ]]; then
            version=${line#*\"}
            version=${version%%[.\"+-]*}
            [[ $version =~ ^[0-9]+$ ]] && ((version >= MIN_JAVA))
            return
        fi
    done <"$1/release"
    return 1
}

# Sets $jdk to the JDK of JAVA_HOME, of PATH, or of one of the usual folders; fails if none is new enough.
find_jdk() {
    local candidate folders=${HOME:-/root}
    if [[ -n ${JAVA_HOME:-} ]] && is_new_jdk "$JAVA_HOME"; then
        jdk=$JAVA_HOME
        return
    fi
    if candidate=$(type -P javac); then
        candidate=$(readlink -f -- "$candidate")
        candidate=${candidate%/bin/javac}
        if is_new_jdk "$candidate"; then
            jdk=$candidate
            return
        fi
    fi
    for candidate in /usr/lib/jvm/* /opt/java/* /opt/* /usr/java/* /usr/local/*jdk* "$folders"/.sdkman/candidates/java/* \
        "$folders"/.jdks/* "$folders"/.local/share/mise/installs/java/*; do
        if is_new_jdk "$candidate"; then
            jdk=$candidate
            return
        fi
    done
    return 1
}

readonly NO_JDK="no JDK $MIN_JAVA or newer in JAVA_HOME, PATH or /usr/lib/jvm; install one (https://adoptium.net) or set JAVA_HOME"
