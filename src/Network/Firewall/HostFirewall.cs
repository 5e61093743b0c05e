using System.Globalization;
using System.Text;
using Wharf.Linux;

namespace Wharf.Network.Firewall;

/// <summary>
/// The rules of all networks of one daemon: one table of its own that other engines and firewalls do not touch. What should be
/// in it is kept here, so that it can be made again from nothing; each change is one transaction.
/// </summary>
public sealed class HostFirewall
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, FirewalledNetwork> networks = [];
    private readonly Dictionary<(string Set, string Key), (string Value, int Users)> elements = [];
    private readonly HashSet<uint> ownThreads = [];
    private bool isStarted;
    private bool inForce;

    /// <param name="table">The table's name.</param>
    public HostFirewall(string table)
    {
        Table = table;
        Nftables.Reserve();
    }

    public string Table { get; }

    /// <summary>
    /// Puts the whole table in force, in the place of the one that may be there; the administrator's chain stays. A daemon without
    /// networks and without such rules needs no table, and has none.
    /// </summary>
    /// <exception cref="NftablesException">The firewall refuses: nothing has changed.</exception>
    public void Apply()
    {
        lock (gate)
        {
            isStarted = true;
            string hostRules = HostRules();
            if (networks.Count == 0 && hostRules.Length == 0)
            {
                Run(Ruleset.Absence(Table));
                inForce = false;
                Overrule([]);
                return;
            }

            var text = new StringBuilder(Ruleset.Frame(Table, hostRules));
            foreach (FirewalledNetwork network in networks.Values)
            {
                text.Append(Ruleset.Add(Table, network));
            }

            foreach (IGrouping<string, KeyValuePair<(string Set, string Key), (string Value, int Users)>> set in elements.GroupBy(one => one.Key.Set))
            {
                text.Append(Ruleset.Element("add", Table, set.Key, string.Join(", ", set.Select(one => one.Key.Key + one.Value.Value))));
            }

            Run(text.ToString());
            inForce = true;
            Overrule([.. networks.Keys]);
        }
    }

    /// <summary>Before <see cref="Apply"/> it is only noted.</summary>
    /// <exception cref="NftablesException">The firewall refuses: nothing has changed.</exception>
    public void Add(FirewalledNetwork network)
    {
        lock (gate)
        {
            if (isStarted && !inForce)
            {
                AddFirst(network);
                return;
            }

            string text = (networks.TryGetValue(network.Bridge, out FirewalledNetwork? old) ? Ruleset.Remove(Table, old) : "") + Ruleset.Add(Table, network);
            Change(text);
            networks[network.Bridge] = network;
            if (inForce)
            {
                Overrule([.. networks.Keys]);
            }
        }
    }

    /// <exception cref="NftablesException">The firewall refuses: nothing has changed.</exception>
    public void Remove(string bridge)
    {
        lock (gate)
        {
            if (networks.TryGetValue(bridge, out FirewalledNetwork? network))
            {
                Change(Ruleset.Remove(Table, network));
                networks.Remove(bridge);
                if (inForce)
                {
                    Overrule([.. networks.Keys]);
                }
            }
        }
    }

    /// <summary>All of them, or none.</summary>
    /// <exception cref="NftablesException">The firewall refuses: nothing has changed.</exception>
    public void Publish(IReadOnlyList<PublishedPort> ports)
    {
        lock (gate)
        {
            var text = new StringBuilder();
            var next = new Dictionary<(string Set, string Key), (string Value, int Users)>();
            foreach ((string set, string key, string value) in ports.SelectMany(port => port.Elements()))
            {
                int users = Users(next, set, key);
                if (users == 0)
                {
                    text.Append(Ruleset.Element("add", Table, set, key + value));
                }

                next[(set, key)] = (value, users + 1);
            }

            Commit(text.ToString(), next);
        }
    }

    /// <exception cref="NftablesException">The firewall refuses: nothing has changed.</exception>
    public void Withdraw(IReadOnlyList<PublishedPort> ports)
    {
        lock (gate)
        {
            var text = new StringBuilder();
            var next = new Dictionary<(string Set, string Key), (string Value, int Users)>();
            foreach ((string set, string key, string value) in ports.SelectMany(port => port.Elements()))
            {
                int users = Users(next, set, key);
                if (users == 1)
                {
                    text.Append(Ruleset.Element("delete", Table, set, key));
                }

                next[(set, key)] = (value, Math.Max(users - 1, 0));
            }

            Commit(text.ToString(), next);
        }
    }

    /// <summary>Takes the table away, and what was added to others'. With rules of the administrator it stays, and does nothing else.</summary>
    public void Delete()
    {
        lock (gate)
        {
            Overrule([]);
            string rules = HostRules();
            Run(rules.Length > 0 ? Ruleset.Frame(Table, rules) : Ruleset.Absence(Table));
            isStarted = false;
            inForce = false;
        }
    }

    /// <summary>
    /// Watches the firewall until it is told to stop, and makes good what others have changed: a flushed ruleset, a changed rule
    /// of the table, a chain of others that drops what is forwarded.
    /// </summary>
    /// <param name="stop">Readable when it is time to end.</param>
    /// <param name="report">Gets what could not be made good.</param>
    public void Watch(FileDescriptor stop, Action<string> report)
    {
        // A program that rewrites its rules does so in several steps: they are answered once.
        const int settle = 100;
        using var events = new FirewallEvents(Table, thread =>
        {
            lock (gate)
            {
                return ownThreads.Contains(thread);
            }
        });
        FirewallChange pending = FirewallChange.None;
        while (!Poll.Readable(0, stop)[0])
        {
            if (events.Wait(stop, pending == FirewallChange.None ? -1 : settle))
            {
                pending |= events.Read();
                continue;
            }

            try
            {
                Mend(pending);
            }
            catch (NftablesException error)
            {
                report(error.Message);
            }

            pending = FirewallChange.None;
        }
    }

    private void AddFirst(FirewalledNetwork network)
    {
        networks[network.Bridge] = network;
        try
        {
            Apply();
        }
        catch (NftablesException)
        {
            networks.Remove(network.Bridge);
            throw;
        }
    }

    private void Mend(FirewallChange change)
    {
        lock (gate)
        {
            if (inForce && change.HasFlag(FirewallChange.Table))
            {
                Apply();
            }
            else if (inForce && change.HasFlag(FirewallChange.Others))
            {
                Overrule([.. networks.Keys]);
            }
        }
    }

    private int Users(Dictionary<(string Set, string Key), (string Value, int Users)> next, string set, string key) =>
        next.TryGetValue((set, key), out (string Value, int Users) pending) ? pending.Users
            : elements.TryGetValue((set, key), out (string Value, int Users) known) ? known.Users
            : 0;

    private void Commit(string text, Dictionary<(string Set, string Key), (string Value, int Users)> next)
    {
        Change(text);
        foreach (((string Set, string Key) key, (string Value, int Users) element) in next)
        {
            if (element.Users == 0)
            {
                elements.Remove(key);
            }
            else
            {
                elements[key] = element;
            }
        }
    }

    /// <summary>
    /// A change needs the table as it was left. When somebody has taken it away meanwhile it is made again first, without what
    /// is to change.
    /// </summary>
    private void Change(string text)
    {
        if (!inForce || text.Length == 0)
        {
            return;
        }

        try
        {
            Run(text);
        }
        catch (NftablesException)
        {
            Apply();
            Run(text);
        }
    }

    private void Overrule(IReadOnlyList<string> bridges)
    {
        if (ForwardPolicies.Changes(Table, bridges) is { Length: > 0 } text)
        {
            Run(text);
        }
    }

    private void Run(string text)
    {
        // Notifications name the thread.
        ownThreads.Add(uint.Parse(Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget ?? "0"), CultureInfo.InvariantCulture));
        Nftables.Run(text);
    }

    private string HostRules()
    {
        try
        {
            return HostChain.Rules(Nftables.Print($"list chain inet {Table} {Ruleset.HostChain}"));
        }
        catch (NftablesException)
        {
            // No such table, or no such chain in it.
            return "";
        }
    }
}
