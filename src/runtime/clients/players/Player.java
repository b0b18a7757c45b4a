import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A player of calls through stubs that were generated from a WSDL. See play.py for the plan and the results. */
abstract class Player {
    final JsonObject plan;
    private final Map<String, JsonObject> sessions = new HashMap<>();
    private final PrintStream out;

    /** A failure that the service reports. */
    static class Failure extends Exception {
        Failure(String text) {
            super(text);
        }
    }

    Player(String plan) throws Exception {
        this.plan = JsonParser.parseString(Files.readString(Path.of(plan))).getAsJsonObject();
        out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        // Stubs and their libraries talk.
        System.setOut(System.err);
    }

    /** Calls an operation through the stub. `basic`: user name and password for HTTP Basic, or null. */
    abstract Object call(String operation, Map<String, JsonElement> parts, String[] basic) throws Exception;

    /** The values of a bean by the names that they have in XML; null for what is no bean. */
    abstract Map<String, Object> fields(Object bean) throws Exception;

    void play() throws Exception {
        for (JsonElement element : plan.getAsJsonArray("calls")) {
            JsonObject call = element.getAsJsonObject();
            if (call.get("reset").getAsBoolean()) {
                new URL(text("control")).openConnection().getInputStream().close();
                sessions.clear();
            }
            JsonObject result = new JsonObject();
            result.add("id", call.get("id"));
            try {
                Map<String, JsonElement> parts = new LinkedHashMap<>();
                for (JsonElement part : call.getAsJsonArray("parts")) {
                    JsonArray pair = part.getAsJsonArray();
                    parts.put(pair.get(0).getAsString(), resolved(pair.get(1)));
                }
                JsonElement basic = call.get("basic");
                result.add("answer", json(call(call.get("operation").getAsString(), parts, basic.isJsonNull() ? null : pair(basic))));
            } catch (Failure failure) {
                result.addProperty("fault", failure.getMessage());
            } catch (Exception | LinkageError why) {
                result.addProperty("broken", why.toString());
                why.printStackTrace();
            }
            // Two steps, for the encoder writes no nulls otherwise.
            out.println(new com.google.gson.GsonBuilder().serializeNulls().create().toJson(result));
        }
        System.exit(0);
    }

    String text(String key) {
        return plan.get(key).getAsString();
    }

    private static String[] pair(JsonElement array) {
        return new String[] {array.getAsJsonArray().get(0).getAsString(), array.getAsJsonArray().get(1).getAsString()};
    }

    /** A value with the number or the key of a session in its place. */
    private JsonElement resolved(JsonElement value) throws Exception {
        if (value.isJsonObject() && value.getAsJsonObject().has("$client")) {
            return session(value.getAsJsonObject().get("$client").getAsString()).get("client");
        }
        if (value.isJsonObject() && value.getAsJsonObject().has("$key")) {
            return session(value.getAsJsonObject().get("$key").getAsString()).get("sessionkey");
        }
        return value;
    }

    /** The session of a user, which a login opens when it is first asked for. */
    private JsonObject session(String user) throws Exception {
        if (!sessions.containsKey(user)) {
            Map<String, JsonElement> parts = new LinkedHashMap<>();
            parts.put("username", new JsonPrimitive(user));
            parts.put("password", plan.get("password"));
            sessions.put(user, json(call("login", parts, null)).getAsJsonObject());
        }
        return sessions.get(user);
    }

    private JsonElement json(Object value) throws Exception {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof Number) {
            return new JsonPrimitive((Number) value);
        }
        if (value instanceof Boolean) {
            return new JsonPrimitive((Boolean) value);
        }
        if (value instanceof Collection || value.getClass().isArray()) {
            JsonArray items = new JsonArray();
            for (Object item : value instanceof Collection ? (Collection<?>) value : boxed(value)) {
                items.add(json(item));
            }
            return items;
        }
        Map<String, Object> fields = value instanceof String ? null : fields(value);
        if (fields == null) {
            return new JsonPrimitive(value.toString());
        }
        JsonObject object = new JsonObject();
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            object.add(field.getKey(), json(field.getValue()));
        }
        return object;
    }

    private static List<Object> boxed(Object array) {
        if (array instanceof Object[]) {
            return Arrays.asList((Object[]) array);
        }
        List<Object> items = new ArrayList<>();
        for (int at = 0; at < java.lang.reflect.Array.getLength(array); at++) {
            items.add(java.lang.reflect.Array.get(array, at));
        }
        return items;
    }

    /** A scalar of a class. */
    static Object scalar(JsonElement value, Class<?> type) {
        String name = type.getSimpleName().toLowerCase();
        switch (name) {
            case "string":
                return value.getAsString();
            case "int":
            case "integer":
                return value.getAsInt();
            case "long":
                return value.getAsLong();
            case "boolean":
                return value.getAsBoolean();
            case "float":
                return value.getAsFloat();
            case "double":
                return value.getAsDouble();
            default:
                return null;
        }
    }
}
