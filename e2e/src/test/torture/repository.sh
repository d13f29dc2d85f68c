# What a repository goes through; same names and dates, so the same commits.
set -e
export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' HOME="$PWD" GIT_CONFIG_NOSYSTEM=1
rm -rf repository && mkdir repository && cd repository
git init -q -b main .
git config user.name test && git config user.email test@example.org && git config gc.auto 0
for i in 1 2 3 4; do
    seq "$i" 400 >"file$i"
    git add . && git commit -q -m "commit $i"
done
git checkout -q -b side HEAD~2 && sed -i s/7/seven/ file1 && git commit -q -am side
git checkout -q main && git merge -q -m merged side >/dev/null
git gc -q --prune=now && git fsck --strict --no-progress
git log --format='%H %s' && git diff --stat HEAD~1 && git grep -c seven
git rev-parse nosuch 2>/dev/null || exit 5
