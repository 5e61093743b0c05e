using Microsoft.Extensions.Logging;

namespace Wharf.Containerd.Rpc;

/// <summary>What the log says about failures that are nobody's answer, or more than an answer.</summary>
internal static partial class Failures
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method}: {Error}")]
    internal static partial void CallFailed(ILogger log, string method, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Step} \"{Operand}\": {Error}")]
    internal static partial void StepFailed(ILogger log, string step, string operand, string error);
}
