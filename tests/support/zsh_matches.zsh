# zsh -f zsh_matches.zsh FOLDER LINE: prints what zsh completes at the end of LINE with the functions in FOLDER, one match
# on each line. zsh completes only in an interactive shell, so there is one on a terminal of its own.
zmodload zsh/zpty
scratch=$(mktemp -d)

cat >$scratch/setup <<SETUP
PROMPT=
TERM=dumb
HOME=$scratch
fpath=(${(q)1} \$fpath)
autoload -Uz compinit
compinit -u -d $scratch/dump
bindkey '^I' complete-word
zstyle ':completion:*' insert-tab false
comppostfuncs=(exit)
compadd() {
  # Inside of completion functions these only fill arrays.
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "\$@"
    return
  fi
  local -a matches
  builtin compadd -A matches "\$@"
  print -rl -- \$matches >>$scratch/matches
}
SETUP

zpty shell zsh -f -i
zpty -w shell "source $scratch/setup; touch $scratch/ready"
while [[ ! -e $scratch/ready ]] { zpty -r -t shell discarded; sleep 0.05 }
zpty -w -n shell "$2"$'\t'
# Ends with the shell.
while zpty -r shell discarded; do :; done
if [[ -e $scratch/matches ]] sort -u $scratch/matches
rm -rf $scratch
