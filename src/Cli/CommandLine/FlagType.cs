namespace Wharf.Cli.CommandLine;

/// <summary>What a flag's value has to be, named as the help text names it.</summary>
internal enum FlagType
{
    Switch,
    Text,
    List,
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
}
