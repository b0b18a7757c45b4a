// A player of calls: a proxy of .NET's wsdl tool, from a WSDL in document/literal, compiled together with this. Usage: mono play.exe PLAN;
// see play.py for the plan and the results.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Reflection;
using System.Text;
using System.Web.Script.Serialization;
using System.Web.Services.Protocols;

/// What the proxy's class is extended by: the value of the header Authorization, sent with the first request and not after a challenge.
interface IAuthorized
{
    string Authorization { get; set; }
}

class Play
{
    static readonly JavaScriptSerializer Json = new JavaScriptSerializer { MaxJsonLength = int.MaxValue, RecursionLimit = 100 };
    static readonly Dictionary<string, IDictionary<string, object>> Sessions = new Dictionary<string, IDictionary<string, object>>();
    static IDictionary<string, object> plan;
    static SoapHttpClientProtocol proxy;

    static void Main(string[] args)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        plan = (IDictionary<string, object>)Json.DeserializeObject(File.ReadAllText(args[0]));
        Type type = Assembly.GetExecutingAssembly().GetTypes().First(each => each.BaseType == typeof(SoapHttpClientProtocol));
        proxy = (SoapHttpClientProtocol)Activator.CreateInstance(type);
        proxy.Url = (string)plan["address"];
        foreach (IDictionary<string, object> call in (object[])plan["calls"])
        {
            if ((bool)call["reset"])
            {
                WebRequest.Create((string)plan["control"]).GetResponse().Close();
                Sessions.Clear();
            }
            var result = Result(call);
            result["id"] = call["id"];
            Console.WriteLine(Json.Serialize(result));
        }
    }

    /// The answer to a call, or how it failed.
    static Dictionary<string, object> Result(IDictionary<string, object> call)
    {
        try
        {
            var parts = new Dictionary<string, object>();
            foreach (object[] part in (object[])call["parts"])
            {
                parts[(string)part[0]] = Resolved(part[1]);
            }
            var answer = Invoke((string)call["operation"], parts, (object[])call["basic"]);
            return new Dictionary<string, object> { { "answer", Shown(answer) } };
        }
        catch (SoapException fault)
        {
            return new Dictionary<string, object> { { "fault", fault.Message } };
        }
        catch (Exception why)
        {
            return new Dictionary<string, object> { { "broken", why.ToString() } };
        }
    }

    static object Invoke(string operation, IDictionary<string, object> parts, object[] basic)
    {
        string pair = basic == null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(basic[0] + ":" + basic[1]));
        ((IAuthorized)proxy).Authorization = basic == null ? null : "Basic " + pair;
        MethodInfo method = proxy.GetType().GetMethod(operation);
        var args = new List<object>();
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            object value;
            if (parameter.Name.EndsWith("Specified"))
            {
                args.Add(parts.ContainsKey(parameter.Name.Substring(0, parameter.Name.Length - "Specified".Length)));
            }
            else if (parts.TryGetValue(parameter.Name, out value))
            {
                args.Add(Made(value, parameter.ParameterType));
            }
            else
            {
                args.Add(parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null);
            }
        }
        try
        {
            return method.Invoke(proxy, args.ToArray());
        }
        catch (TargetInvocationException why)
        {
            throw why.InnerException;
        }
    }

    /// A value with the number or the key of a session in its place.
    static object Resolved(object value)
    {
        var named = value as IDictionary<string, object>;
        object user;
        if (named != null && named.TryGetValue("$client", out user))
        {
            return Session((string)user)["client"];
        }
        return named != null && named.TryGetValue("$key", out user) ? Session((string)user)["sessionkey"] : value;
    }

    /// The session of a user, which a login opens when it is first asked for.
    static IDictionary<string, object> Session(string user)
    {
        if (!Sessions.ContainsKey(user))
        {
            var parts = new Dictionary<string, object> { { "username", user }, { "password", plan["password"] } };
            Sessions[user] = (IDictionary<string, object>)Shown(Invoke("login", parts, null));
        }
        return Sessions[user];
    }

    /// A value of a type of the proxy.
    static object Made(object value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (value == null)
        {
            return null;
        }
        if (IsScalar(type))
        {
            return Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
        }
        if (type.IsArray)
        {
            var items = ((IEnumerable)value).Cast<object>().ToArray();
            var array = Array.CreateInstance(type.GetElementType(), items.Length);
            for (int at = 0; at < items.Length; at++)
            {
                array.SetValue(Made(items[at], type.GetElementType()), at);
            }
            return array;
        }
        var made = Activator.CreateInstance(type);
        foreach (var field in (IDictionary<string, object>)value)
        {
            var property = type.GetProperty(field.Key);
            property.SetValue(made, Made(field.Value, property.PropertyType), null);
            var specified = type.GetProperty(field.Key + "Specified");
            if (specified != null)
            {
                specified.SetValue(made, true, null);
            }
        }
        return made;
    }

    /// A value of the proxy as JSON has it.
    static object Shown(object value)
    {
        if (value == null || IsScalar(value.GetType()))
        {
            return value;
        }
        if (value is Array)
        {
            return ((Array)value).Cast<object>().Select(Shown).ToArray();
        }
        var shown = new Dictionary<string, object>();
        foreach (var property in value.GetType().GetProperties().Where(each => !each.Name.EndsWith("Specified")))
        {
            var specified = value.GetType().GetProperty(property.Name + "Specified");
            if (specified == null || (bool)specified.GetValue(value, null))
            {
                shown[property.Name] = Shown(property.GetValue(value, null));
            }
        }
        return shown;
    }

    static bool IsScalar(Type type)
    {
        return type.IsPrimitive || type == typeof(string) || type == typeof(decimal);
    }
}
