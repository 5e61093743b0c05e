namespace Wharf.Cli.CommandLine;

/// <summary>What a flag's value has to be, named as the help text names it.</summary>
internal enum FlagType
{
    Switch,
    Text,
    List,

    /// <summary>Commas divide its values.</summary>
    Strings,
    Int,
    Uint16,
    Decimal,
    Bytes,
    Duration,
    Map,
    Mount,
    Network,
    Ulimit,
    Filter,
    Weight,
    Throttle,
    Gpus,
}
