namespace Wharf.Cli.Completion;

/// <summary>For each shell the function that asks this program.</summary>
internal static class CompletionScript
{
    /// <summary>Null for a shell that is not known.</summary>
    internal static string? Of(string shell, string program, string request) => shell switch
    {
        "bash" => Bash.Replace("%program%", program, StringComparison.Ordinal).Replace("%request%", request, StringComparison.Ordinal),
        "zsh" => Zsh.Replace("%program%", program, StringComparison.Ordinal).Replace("%request%", request, StringComparison.Ordinal),
        "fish" => Fish.Replace("%program%", program, StringComparison.Ordinal).Replace("%request%", request, StringComparison.Ordinal),
        _ => null,
    };

    // Colons divide words of bash's command line: an image's name is taken together again, and given back from its last colon.
    private const string Bash = """
        # bash completion for %program%                           -*- shell-script -*-
        _%program%_complete() {
            local line word tail colons
            local -a words=()
            word=""
            tail=${COMP_LINE:0:COMP_POINT}
            read -r -a words <<<"$tail"
            case $tail in *[[:space:]]) words+=("") ;; esac
            word=${words[${#words[@]}-1]}
            COMPREPLY=()
            colons=""
            case $word in *:*) case $COMP_WORDBREAKS in *:*) colons=${word%"${word##*:}"} ;; esac ;; esac
            while IFS= read -r line; do
                case $line in
                    :0) [ ${#COMPREPLY[@]} -gt 0 ] || compopt -o default 2>/dev/null ;;
                    :4) ;;
                    *) line=${line%%$'\t'*}; COMPREPLY+=("${line#"$colons"}") ;;
                esac
            done < <("${words[0]}" %request% "${words[@]:1}" 2>/dev/null)
        }
        complete -F _%program%_complete %program%

        """;

    private const string Zsh = """
        #compdef %program%
        compdef _%program% %program%
        _%program%() {
            local line directive=4
            local -a found
            for line in "${(@f)$("${words[1]}" %request% "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
                case $line in
                    :0) directive=0 ;;
                    :4|'') ;;
                    *$'\t'*) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
                    *) found+=("${line//:/\\:}") ;;
                esac
            done
            (( ${#found} )) && _describe '%program%' found
            (( directive == 0 )) && _files
            return 0
        }
        if [ "$funcstack[1]" = "_%program%" ]; then
            _%program%
        fi

        """;

    private const string Fish = """
        # fish completion for %program%
        function __%program%_candidates
            set -l words (commandline -opc)
            set -l last (commandline -ct)
            for line in ($words[1] %request% $words[2..-1] "$last" 2>/dev/null)
                switch $line
                    case ':0'
                        __fish_complete_path "$last"
                    case ':4'
                    case '*'
                        printf '%s\n' $line
                end
            end
        end
        complete -c %program% -f -a '(__%program%_candidates)'

        """;
}
