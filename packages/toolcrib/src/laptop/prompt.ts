import { quoted, type Shell } from './shell.ts';

// direnv, a script that is sourced, a person: any of them may put another file into KUBECONFIG, and the terminal is outside the
// guard from the next command on. A program may also write a cluster of its own into our file (`aws eks update-kubeconfig`):
// until the guard has moved it, what goes there goes round. An interactive shell waits for that at its next prompt, a moment
// long, and says what stays so, once; nothing else is done there.

const OUTSIDE =
  'toolcrib: KUBECONFIG names another file now, so this terminal is outside the guard. Back: eval "$(toolcrib on)"';
const FOREIGN =
  'toolcrib: another program has written a cluster into this terminal’s kubeconfig, and what goes there goes round the guard';
const STOPPED = `${FOREIGN}, which is not running: toolcrib guard start`;
const NOT_MOVED = `${FOREIGN}. It should have moved it by now: toolcrib doctor`;

/** Looks that are taken at the prompt, and the pause between them: 2 s in all. */
const LOOKS = 20;
const PAUSE = 0.1;

// Each address in the file must be one of the door's, which have a path of their own: a cluster on this machine (kind) has none.
const foreign = `__toolcrib_foreign() { local line rest; [ -r "$KUBECONFIG" ] || return 1; while IFS= read -r line || [ -n "$line" ]; do case "$line" in *server*) rest="$line"; while :; do case "$rest" in *server*) rest="\${rest#*server}";; *) break;; esac; case "$rest" in :*https://127.0.0.1:*/ctx/*|\\"*:*https://127.0.0.1:*/ctx/*) case "\${rest%%/ctx/*}" in *,*) return 0;; esac;; :*|\\"*:*) return 0;; esac; done;; esac; done < "$KUBECONFIG"; return 1; };`;
const runs = `__toolcrib_runs() { local pid=; { IFS= read -r pid || :; } 2>/dev/null < "\${KUBECONFIG%/terminals/*}/guard.pid"; pid="\${pid#*:}"; pid="\${pid%%,*}"; [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; };`;

const say = (text: string) => `printf '%s\\n' '${text}' >&2`;
const body = `local was=$? left=${LOOKS}; if [ -z "\${TOOLCRIB_KUBECONFIG-}" ]; then :; elif [ "\${KUBECONFIG-}" != "$TOOLCRIB_KUBECONFIG" ]; then if [ "\${__toolcrib_told-}" != "=\${KUBECONFIG-}" ]; then __toolcrib_told="=\${KUBECONFIG-}"; ${say(OUTSIDE)}; fi; elif ! __toolcrib_foreign; then __toolcrib_told=; elif [ "\${__toolcrib_told-}" != foreign ]; then while [ $left -gt 0 ] && __toolcrib_runs && __toolcrib_foreign; do sleep ${PAUSE}; left=$((left - 1)); done; if __toolcrib_foreign; then __toolcrib_told=foreign; if __toolcrib_runs; then ${say(NOT_MOVED)}; else ${say(STOPPED)}; fi; else __toolcrib_told=; fi; fi; return $was;`;
const functions = `${foreign} ${runs} __toolcrib_outside() { ${body} };`;

const fishForeign = `function __toolcrib_foreign; test -r "$KUBECONFIG"; or return 1; while read -l line; string match -q '*server*' -- $line; or continue; set -l rest (string replace -ra '"?server"?:\\\\s*"?https://127\\\\.0\\\\.0\\\\.1:[0-9]+/ctx/' '' -- $line); string match -qr 'server"?:' -- $rest; and return 0; end < $KUBECONFIG; return 1; end;`;
const fishRuns = `function __toolcrib_runs; set -l file (string replace -r '/terminals/[^/]*/kubeconfig$' '' -- $KUBECONFIG)/guard.pid; test -r $file; or return 1; read -l pid < $file; set pid (string match -r '[0-9]+' -- $pid); test -n "$pid"; and kill -0 $pid 2>/dev/null; end;`;
const fishBody = `if test -z "$TOOLCRIB_KUBECONFIG"; else if test "$KUBECONFIG" != "$TOOLCRIB_KUBECONFIG"; if test "$__toolcrib_told" != "=$KUBECONFIG"; set -g __toolcrib_told "=$KUBECONFIG"; echo '${OUTSIDE}' >&2; end; else if not __toolcrib_foreign; set -g __toolcrib_told ''; else if test "$__toolcrib_told" != foreign; set -l left ${LOOKS}; while test $left -gt 0; and __toolcrib_runs; and __toolcrib_foreign; sleep ${PAUSE}; set left (math $left - 1); end; if __toolcrib_foreign; set -g __toolcrib_told foreign; if __toolcrib_runs; echo '${NOT_MOVED}' >&2; else; echo '${STOPPED}' >&2; end; else; set -g __toolcrib_told ''; end; end;`;

const PROMPT_ON: Record<Shell, string> = {
  // Last of all, so that it sees what others have done at this prompt; before 5.1 there is one command, and it goes first.
  bash: `if [[ $- == *i* ]]; then ${functions} if [[ " \${PROMPT_COMMAND[*]-}" != *__toolcrib_outside* ]]; then if (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501 )); then PROMPT_COMMAND+=(__toolcrib_outside); else PROMPT_COMMAND="__toolcrib_outside\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"; fi; fi; fi;`,
  zsh: `if [[ -o interactive ]]; then ${functions} typeset -ga precmd_functions; precmd_functions=(\${precmd_functions:#__toolcrib_outside} __toolcrib_outside); fi;`,
  fish: `if status is-interactive; ${fishForeign} ${fishRuns} function __toolcrib_outside --on-event fish_prompt; ${fishBody} end; end;`,
  sh: '',
};

const PROMPT_OFF: Record<Shell, string> = {
  bash: `if declare -F __toolcrib_outside >/dev/null; then __toolcrib_rest=(); for __toolcrib_one in "\${PROMPT_COMMAND[@]}"; do case "$__toolcrib_one" in __toolcrib_outside) ;; *) __toolcrib_rest+=("\${__toolcrib_one#__toolcrib_outside;}") ;; esac; done; unset PROMPT_COMMAND; if [ "\${#__toolcrib_rest[@]}" -eq 1 ]; then PROMPT_COMMAND="\${__toolcrib_rest[0]}"; elif [ "\${#__toolcrib_rest[@]}" -gt 1 ]; then PROMPT_COMMAND=("\${__toolcrib_rest[@]}"); fi; unset -f __toolcrib_outside __toolcrib_foreign __toolcrib_runs; unset __toolcrib_told __toolcrib_rest __toolcrib_one; fi;`,
  zsh: `if (( $+functions[__toolcrib_outside] )); then precmd_functions=(\${precmd_functions:#__toolcrib_outside}); unfunction __toolcrib_outside __toolcrib_foreign __toolcrib_runs; unset __toolcrib_told; fi;`,
  fish: 'if functions -q __toolcrib_outside; functions -e __toolcrib_outside __toolcrib_foreign __toolcrib_runs; set -e __toolcrib_told; end;',
  sh: '',
};

/** Lines for `eval` after those of `on`: an interactive shell tells at its prompt that it has come outside. */
export function promptOn(shell: Shell): string {
  return onlyIn(shell, PROMPT_ON[shell]);
}

/** Lines for `eval`: nothing of {@link promptOn} is left. */
export function promptOff(shell: Shell): string {
  return onlyIn(shell, PROMPT_OFF[shell]);
}

/**
 * SHELL names the person's own shell, and a script that evaluates this may be another one's: sh would stop at the first line
 * that it can't parse. So the text of bash and zsh is a word there, which only they evaluate.
 */
function onlyIn(shell: Shell, text: string): string {
  const version = { bash: 'BASH_VERSION', zsh: 'ZSH_VERSION', fish: undefined, sh: undefined }[shell];
  return version === undefined || text === ''
    ? text
    : `if [ -n "\${${version}-}" ]; then eval ${quoted(text)}; fi;`;
}
