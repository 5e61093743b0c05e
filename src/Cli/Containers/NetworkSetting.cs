namespace Wharf.Cli.Containers;

/// <summary>--network: a name, or name=x,alias=y,ip=z.</summary>
internal sealed record NetworkSetting(string Name)
{
    internal List<string> Aliases { get; } = [];

    internal Dictionary<string, string> DriverOptions { get; } = [];

    internal string Address { get; private set; } = "";

    internal string Address6 { get; private set; } = "";

    internal string MacAddress { get; private set; } = "";

    internal static NetworkSetting Parse(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            return new NetworkSetting(text);
        }

        var setting = new NetworkSetting("");
        foreach (string field in text.Split(','))
        {
            string[] parts = field.Split('=', 2);
            string value = parts.Length == 2 ? parts[1] : throw new CommandLine.UsageException($"invalid argument \"{text}\" for \"--network\" flag: invalid field {field}");
            switch (parts[0].ToLowerInvariant())
            {
                case "name":
                    setting = setting with { Name = value };
                    break;
                case "alias":
                    setting.Aliases.Add(value);
                    break;
                case "ip":
                    setting.Address = value;
                    break;
                case "ip6":
                    setting.Address6 = value;
                    break;
                case "mac-address":
                    setting.MacAddress = value;
                    break;
                case "driver-opt" when value.Split('=', 2) is [var name, var option]:
                    setting.DriverOptions[name] = option;
                    break;
                default:
                    throw new CommandLine.UsageException($"invalid argument \"{text}\" for \"--network\" flag: invalid field key {parts[0]}");
            }
        }

        return setting.Name.Length > 0 ? setting : throw new CommandLine.UsageException($"invalid argument \"{text}\" for \"--network\" flag: network name/id is not specified");
    }
}
