using System.Globalization;
using System.Text.Json;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Applies instructions of a Dockerfile that only change the config, as commit and import take them ("changes").</summary>
internal static class ImageChanges
{
    /// <exception cref="EngineException">An instruction that changes files, or one that is malformed.</exception>
    internal static ImageConfig Apply(ImageConfig config, IReadOnlyList<string> changes)
    {
        foreach (string line in changes.SelectMany(change => change.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] parts = line.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries);
            string name = parts[0].ToUpperInvariant();
            string rest = parts.Length == 2 ? parts[1].Trim() : "";
            config = One(config, name, rest);
        }

        return config;
    }

    private static ImageConfig One(ImageConfig config, string name, string rest)
    {
        if (rest.Length == 0 && name is not ("CMD" or "ENTRYPOINT"))
        {
            throw Invalid($"{name} requires at least one argument");
        }

        switch (name)
        {
            case "CMD":
                return config with { Cmd = Command(rest) };
            case "ENTRYPOINT":
                return config with { Entrypoint = rest.Length == 0 ? null : Command(rest) };
            case "ENV":
                var environment = (config.Env ?? []).ToList();
                foreach ((string key, string value) in Pairs(name, rest))
                {
                    environment.RemoveAll(entry => entry.Split('=')[0] == key);
                    environment.Add($"{key}={value}");
                }

                return config with { Env = environment };
            case "LABEL":
                var labels = new Dictionary<string, string>(config.Labels ?? new Dictionary<string, string>());
                foreach ((string key, string value) in Pairs(name, rest))
                {
                    labels[key] = value;
                }

                return config with { Labels = labels };
            case "EXPOSE":
                var ports = new Dictionary<string, EmptyObject>(config.ExposedPorts ?? new Dictionary<string, EmptyObject>());
                foreach (string port in Words(rest))
                {
                    ports[port.Contains('/', StringComparison.Ordinal) ? port : port + "/tcp"] = Port(port) ? new EmptyObject() : throw Invalid($"invalid containerPort: {port}");
                }

                return config with { ExposedPorts = ports };
            case "VOLUME":
                var volumes = new Dictionary<string, EmptyObject>(config.Volumes ?? new Dictionary<string, EmptyObject>());
                foreach (string path in List(rest) ?? Words(rest))
                {
                    volumes[path] = new EmptyObject();
                }

                return config with { Volumes = volumes };
            case "USER":
                return config with { User = rest };
            case "WORKDIR":
                return config with { WorkingDir = Containers.BindSpecification.Clean(rest.StartsWith('/') ? rest : $"{config.WorkingDir}/{rest}") };
            case "STOPSIGNAL":
                return config with { StopSignal = rest };
            case "SHELL":
                return config with { Shell = List(rest) ?? throw Invalid("SHELL requires the arguments to be in JSON form") };
            case "ONBUILD":
                return config with { OnBuild = [.. config.OnBuild ?? [], rest] };
            case "HEALTHCHECK":
                return config with { Healthcheck = Health(rest) };
            default:
                throw Invalid($"{name} is not a valid change command");
        }
    }

    private static string[] Command(string rest) => List(rest) ?? (rest.Length == 0 ? [] : ["/bin/sh", "-c", rest]);

    private static Healthcheck Health(string rest)
    {
        if (rest.Equals("NONE", StringComparison.OrdinalIgnoreCase))
        {
            return new Healthcheck { Test = ["NONE"] };
        }

        var health = new Healthcheck();
        while (rest.StartsWith("--", StringComparison.Ordinal))
        {
            string[] parts = rest.Split(' ', 2);
            string[] flag = parts[0].Split('=', 2);
            health = (flag[0], flag.Length == 2 ? flag[1] : "") switch
            {
                ("--interval", var value) => health with { Interval = Duration(value) },
                ("--timeout", var value) => health with { Timeout = Duration(value) },
                ("--start-period", var value) => health with { StartPeriod = Duration(value) },
                ("--start-interval", var value) => health with { StartInterval = Duration(value) },
                ("--retries", var value) => health with { Retries = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int retries) ? retries : throw Invalid($"HEALTHCHECK: invalid retries \"{value}\"") },
                (var other, _) => throw Invalid($"unknown flag: {other}"),
            };
            rest = parts.Length == 2 ? parts[1].Trim() : "";
        }

        string[] words = rest.Split(' ', 2);
        return words[0].Equals("CMD", StringComparison.OrdinalIgnoreCase) && words.Length == 2
            ? health with { Test = List(words[1].Trim()) is { } list ? ["CMD", .. list] : ["CMD-SHELL", words[1].Trim()] }
            : throw Invalid($"unknown type \"{words[0].ToUpperInvariant()}\" in HEALTHCHECK (try CMD)");
    }

    private static long Duration(string text) => GoDuration.Parse(text) ?? throw Invalid($"time: invalid duration \"{text}\"");

    private static bool Port(string text)
    {
        string[] parts = text.Split('/', 2);
        return parts[0].Split('-').All(number => ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)) && (parts.Length == 1 || parts[1] is "tcp" or "udp" or "sctp");
    }

    /// <summary>Null when it is not a list in JSON.</summary>
    private static string[]? List(string text)
    {
        if (!text.StartsWith('['))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : throw new JsonException("an entry is no string"))];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>NAME=VALUE, as often as it occurs, or one NAME VALUE.</summary>
    private static IEnumerable<(string Name, string Value)> Pairs(string instruction, string rest)
    {
        string[] words = Words(rest);
        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            string[] parts = rest.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries);
            return parts.Length == 2 ? [(parts[0], parts[1].Trim())] : throw Invalid($"{instruction} must have two arguments");
        }

        return words.Select(word => word.Split('=', 2) is [{ Length: > 0 } name, var value] ? (name, value) : throw Invalid($"Syntax error - can't find = in \"{word}\". Must be of the form: name=value"));
    }

    /// <summary>Words as a shell divides them, without their quotes.</summary>
    private static string[] Words(string text)
    {
        var words = new List<string>();
        var word = new System.Text.StringBuilder();
        char quote = '\0';
        bool any = false;
        for (int at = 0; at < text.Length; at++)
        {
            char letter = text[at];
            if (letter == '\\' && quote != '\'' && at + 1 < text.Length)
            {
                word.Append(text[++at]);
                any = true;
            }
            else if (quote != '\0' ? letter == quote : letter is '"' or '\'')
            {
                quote = quote == '\0' ? letter : '\0';
                any = true;
            }
            else if (quote == '\0' && (letter is ' ' or '\t'))
            {
                if (any)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    any = false;
                }
            }
            else
            {
                word.Append(letter);
                any = true;
            }
        }

        if (any)
        {
            words.Add(word.ToString());
        }

        return [.. words];
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
